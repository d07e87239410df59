//! A local S3 server over a folder, which checks signatures, counts requests, and can be made to die.

mod line;

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper::{Method, StatusCode};
use hyper_util::rt::TokioIo;
use s3s::auth::SimpleAuth;
use s3s::service::{S3Service, S3ServiceBuilder};
use s3s::{Body, HttpError, HttpResponse};
use tokio::net::TcpListener;

pub use line::Budget;
use line::Line;

type Request = hyper::Request<hyper::body::Incoming>;

/// The bucket that there is.
pub const BUCKET: &str = "exports";
/// The key id that the server knows. Neither it nor the secret may be seen anywhere.
pub const KEY_ID: &str = "AKIASENTINELKEYID001";
/// The secret that the server knows.
pub const SECRET: &str = "sentinel/secret+of+forty+characters+0001";

/// A running server.
pub struct Server {
    address: SocketAddr,
    folder: tempfile::TempDir,
    requests: Arc<Mutex<Vec<String>>>,
    budget: Budget,
}

impl Server {
    /// Starts a server with one empty bucket.
    pub fn start() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        fs::create_dir(folder.path().join(BUCKET)).expect("a bucket");
        let files = s3s_fs::FileSystem::new(folder.path()).expect("a file system");
        let mut builder = S3ServiceBuilder::new(files);
        builder.set_auth(SimpleAuth::from_single(KEY_ID, SECRET));
        let requests: Arc<Mutex<Vec<String>>> = Arc::default();
        let budget = Budget::default();
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let served = Served {
            service: builder.build(),
            folder: folder.path().to_owned(),
            requests: Arc::clone(&requests),
            budget: budget.clone(),
        };
        std::thread::spawn(move || serve(listener, &served));
        Self {
            address,
            folder,
            requests,
            budget,
        }
    }

    /// The environment of a program that may use it.
    pub fn environment(&self) -> Vec<(&'static str, String)> {
        vec![
            ("AWS_ENDPOINT", format!("http://{}", self.address)),
            ("AWS_ALLOW_HTTP", "true".to_owned()),
            ("AWS_REGION", "us-east-1".to_owned()),
            ("AWS_ACCESS_KEY_ID", KEY_ID.to_owned()),
            ("AWS_SECRET_ACCESS_KEY", SECRET.to_owned()),
        ]
    }

    /// Puts an object there.
    pub fn put(&self, key: &str, content: &[u8]) {
        let path = self.path(key);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, content).expect("an object");
    }

    /// Where an object stands.
    pub fn path(&self, key: &str) -> PathBuf {
        self.folder.path().join(BUCKET).join(key)
    }

    /// Every object below a folder, with its content, by key.
    pub fn objects(&self, folder: &str) -> Vec<(String, Vec<u8>)> {
        files(&self.path(folder))
    }

    /// What was asked since the last time, as `PUT /exports/key`.
    pub fn take_requests(&self) -> Vec<String> {
        std::mem::take(&mut self.requests.lock().expect("requests"))
    }

    /// How many bytes still pass before it is dead.
    pub fn budget(&self) -> &Budget {
        &self.budget
    }
}

/// The files of a folder and below, by their path from it; nothing that the server keeps for itself.
pub fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut left = vec![folder.to_owned()];
    let mut files = Vec::new();
    while let Some(next) = left.pop() {
        let Ok(entries) = fs::read_dir(&next) else {
            continue;
        };
        for path in entries.map(|entry| entry.expect("an entry").path()) {
            let name = path.strip_prefix(folder).expect("below the folder");
            if path.is_dir() {
                left.push(path);
            } else {
                let content = fs::read(&path).expect("a file");
                files.push((name.display().to_string(), content));
            }
        }
    }
    files.sort();
    files
}

#[derive(Clone)]
struct Served {
    service: S3Service,
    folder: PathBuf,
    requests: Arc<Mutex<Vec<String>>>,
    budget: Budget,
}

impl Served {
    async fn answer(self, request: Request) -> Result<HttpResponse, HttpError> {
        let path = request.uri().path().to_owned();
        let asked = format!("{} {path}", request.method());
        self.requests.lock().expect("requests").push(asked);
        // In a store a folder is no object; a server over files stumbles over it.
        if request.method() == Method::HEAD && self.folder.join(&path[1..]).is_dir() {
            let mut answer = HttpResponse::new(Body::empty());
            *answer.status_mut() = StatusCode::NOT_FOUND;
            return Ok(answer);
        }
        Service::call(&self.service, request).await
    }
}

fn serve(listener: std::net::TcpListener, served: &Served) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        listener.set_nonblocking(true).expect("a listener");
        let listener = TcpListener::from_std(listener).expect("a listener");
        loop {
            let Ok((stream, _)) = listener.accept().await else {
                continue;
            };
            if served.budget.is_spent() {
                continue;
            }
            let line = TokioIo::new(Line::new(stream, served.budget.clone()));
            let served = served.clone();
            let service = service_fn(move |request: Request| served.clone().answer(request));
            tokio::spawn(async move {
                // A connection that breaks is what some tests are about.
                let _ = http1::Builder::new().serve_connection(line, service).await;
            });
        }
    });
}
