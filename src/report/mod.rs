//! Verdicts → text: terminal, JSON lines, `JUnit`, GitHub annotations. The only stage that prints.
