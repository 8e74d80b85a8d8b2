//! Every layer of the sandbox on this machine, for `doctor`: on or off, why, and the fix.

use crate::plan::Interpreter;

use super::order::{Layer, Missing, Ready, SlotOrder};
use super::slot::Slot;
use super::{LayerReport, Level, canary, fixes};

/// Layers in the order in which they are raised.
const ALL: [Layer; 6] = [
    Layer::User,
    Layer::Mounts,
    Layer::Processes,
    Layer::Network,
    Layer::Landlock,
    Layer::Seccomp,
];

/// Layers that need the one before them.
const NAMESPACES: [Layer; 4] = [Layer::User, Layer::Mounts, Layer::Processes, Layer::Network];

/// Raises what can be raised, and sends out a canary where all of it stands.
pub(super) fn report(interpreter: Option<&Interpreter>) -> Vec<LayerReport> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    match runtime {
        Ok(runtime) => runtime.block_on(raise(interpreter)),
        Err(error) => vec![off("launcher", error.to_string(), None)],
    }
}

async fn raise(interpreter: Option<&Interpreter>) -> Vec<LayerReport> {
    let readable = interpreter.map(super::super::walled::readable_of);
    let order = SlotOrder {
        level: Level::Reduced,
        readable: readable.unwrap_or_default(),
    };
    let mut slot = match Slot::start(&order).await {
        Ok(slot) => slot,
        Err(error) => return vec![off("launcher", error.to_string(), None)],
    };
    let mut layers: Vec<LayerReport> = ALL.iter().map(|layer| of(*layer, &slot.ready)).collect();
    layers.push(LayerReport {
        name: fixes::name(Layer::Limits).to_owned(),
        on: true,
        why: "rlimits of each process; sums over the tree watched from outside (cgroup v2 is not used)"
            .to_owned(),
        fix: None,
    });
    if let Some(interpreter) = interpreter {
        layers.push(proof(&mut slot, interpreter).await);
    }
    slot.stop().await;
    layers
}

fn of(layer: Layer, ready: &Ready) -> LayerReport {
    let name = fixes::name(layer).to_owned();
    if let Some((_, why)) = ready.standing.iter().find(|(other, _)| *other == layer) {
        return LayerReport {
            name,
            on: true,
            why: why.clone(),
            fix: None,
        };
    }
    if let Some(missing) = ready.missing.iter().find(|missing| missing.layer == layer) {
        return missing_layer(missing);
    }
    let mut missing = ready.missing.iter();
    let cause = missing.find(|other| NAMESPACES.contains(&other.layer));
    let cause = cause.map_or("another layer", |missing| fixes::name(missing.layer));
    off(&name, format!("not tried: needs {cause}"), None)
}

async fn proof(slot: &mut Slot, interpreter: &Interpreter) -> LayerReport {
    let name = fixes::name(Layer::Canary).to_owned();
    if !slot.ready.missing.is_empty() {
        return off(&name, "not tried: a layer is missing".to_owned(), None);
    }
    let program = super::super::walled::path_inside(interpreter);
    match canary::check(slot, &program.to_string_lossy()).await {
        Ok(()) => LayerReport {
            name,
            on: true,
            why: format!("{} tried to get out", interpreter.in_words()),
            fix: None,
        },
        Err(missing) => missing_layer(&missing),
    }
}

fn missing_layer(missing: &Missing) -> LayerReport {
    let fix = fixes::fix(missing);
    off(fixes::name(missing.layer), fixes::why(missing), Some(fix))
}

fn off(name: &str, why: String, fix: Option<String>) -> LayerReport {
    LayerReport {
        name: name.to_owned(),
        on: false,
        why,
        fix,
    }
}
