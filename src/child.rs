//! One child process: spawn, capture up to a cap, end its whole tree. The only module that spawns.
