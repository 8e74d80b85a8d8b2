//! Landlock: what examples may read and write, below and beside the mounts.

use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};

use landlock::{
    ABI, Access as _, AccessFs, BitFlags, CompatLevel, Compatible as _, PathBeneath, PathFd,
    Ruleset, RulesetAttr as _, RulesetCreated, RulesetCreatedAttr as _, RulesetError, Scope,
};

/// The newest rights we know what to do with; those that the kernel lacks are left out.
const NEWEST: ABI = ABI::V6;

/// What a run may do with files.
pub(super) struct Rules<'a> {
    /// Where it may read and execute.
    pub readable: &'a [PathBuf],
    /// Where it may do anything.
    pub writable: &'a [String],
}

impl Rules<'_> {
    /// Confines this thread and everything it starts. Fails where not even the first ABI is there.
    pub(super) fn apply(&self) -> Result<(), RulesetError> {
        self.create()?.restrict_self()?;
        Ok(())
    }

    /// Returns the rules as a descriptor, for another process to confine itself with.
    pub(super) fn descriptor(&self) -> Result<Option<OwnedFd>, RulesetError> {
        Ok(self.create()?.into())
    }

    fn create(&self) -> Result<RulesetCreated, RulesetError> {
        let mut ruleset = Ruleset::default()
            .set_compatibility(CompatLevel::HardRequirement)
            .handle_access(AccessFs::from_all(ABI::V1))?
            .set_compatibility(CompatLevel::BestEffort)
            .handle_access(AccessFs::from_all(NEWEST))?
            .scope(Scope::from_all(NEWEST))?
            .create()?;
        let devices = AccessFs::WriteFile | AccessFs::Truncate | AccessFs::IoctlDev;
        let everything = self
            .readable
            .iter()
            .map(|path| (path.as_path(), AccessFs::from_read(NEWEST)))
            .chain(
                self.writable
                    .iter()
                    .map(|path| (Path::new(path), AccessFs::from_all(NEWEST))),
            )
            .chain([(Path::new("/dev"), devices)]);
        for (path, rights) in everything {
            if let Some(rule) = beneath(path, rights) {
                ruleset = ruleset.add_rule(rule)?;
            }
        }
        Ok(ruleset)
    }
}

/// The rule for a path that is there; of a file, the rights that files have.
fn beneath(path: &Path, rights: BitFlags<AccessFs>) -> Option<PathBeneath<PathFd>> {
    let descriptor = PathFd::new(path).ok()?;
    let rights = if path.is_dir() {
        rights
    } else {
        rights & AccessFs::from_file(NEWEST)
    };
    Some(PathBeneath::new(descriptor, rights))
}
