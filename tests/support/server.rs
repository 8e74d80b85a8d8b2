//! Serves the files of a folder on loopback, and can keep a client waiting.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

/// No test waits longer than this for a client.
const PATIENCE: Duration = Duration::from_secs(120);

/// A server that lives until the test process ends.
#[derive(Debug)]
pub(crate) struct Server {
    /// `http://127.0.0.1:PORT`.
    pub address: String,
    gate: Arc<Gate>,
    waiting: Receiver<String>,
}

/// Requests whose path ends in `held` wait; an empty text holds none.
#[derive(Debug, Default)]
struct Gate {
    held: Mutex<String>,
    changed: Condvar,
}

impl Server {
    /// Serves `folder`; a path that ends in `/` means its `index.html`.
    pub(crate) fn new(folder: PathBuf) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let gate = Arc::new(Gate::default());
        let (sender, waiting) = channel();
        let shared = Arc::clone(&gate);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (gate, sender) = (Arc::clone(&shared), sender.clone());
                let folder = folder.clone();
                std::thread::spawn(move || answer(stream, &folder, &gate, &sender));
            }
        });
        Self {
            address,
            gate,
            waiting,
        }
    }

    /// Answers no request whose path ends so, until [`Server::release`].
    pub(crate) fn hold(&self, ending: &str) {
        ending.clone_into(&mut self.gate.held.lock().unwrap());
    }

    /// Waits until a request is held.
    pub(crate) fn wait_for_held(&self) -> String {
        self.waiting.recv_timeout(PATIENCE).unwrap()
    }

    /// Answers again.
    pub(crate) fn release(&self) {
        self.gate.held.lock().unwrap().clear();
        self.gate.changed.notify_all();
    }
}

impl Gate {
    fn pass(&self, path: &str, waiting: &Sender<String>) {
        let holds = |held: &str| !held.is_empty() && path.ends_with(held);
        let mut held = self.held.lock().unwrap();
        if holds(&held) {
            // A test that has ended waits for nobody.
            let _ = waiting.send(path.to_owned());
        }
        while holds(&held) {
            held = self.changed.wait(held).unwrap();
        }
    }
}

fn answer(stream: TcpStream, folder: &Path, gate: &Gate, waiting: &Sender<String>) {
    let mut reader = BufReader::new(stream);
    let mut request = String::new();
    if reader.read_line(&mut request).is_err() {
        return;
    }
    let mut header = String::new();
    while reader.read_line(&mut header).is_ok_and(|read| read > 2) {
        header.clear();
    }
    let mut words = request.split(' ');
    let is_head = words.next() == Some("HEAD");
    let path = words.next().unwrap_or_default();
    gate.pass(path, waiting);
    let mut file = folder.join(path.trim_start_matches('/'));
    if path.ends_with('/') {
        file.push("index.html");
    }
    let (status, body) = match std::fs::read(&file) {
        Ok(body) => ("200 OK", body),
        Err(_) => ("404 Not Found", Vec::new()),
    };
    let kind = if file.ends_with("index.html") {
        "text/html"
    } else {
        "application/octet-stream"
    };
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    let stream = reader.get_mut();
    // A client that goes away early is no fault of the server's.
    let _ = stream.write_all(head.as_bytes());
    if !is_head {
        let _ = stream.write_all(&body);
    }
}
