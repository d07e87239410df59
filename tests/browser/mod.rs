//! A headless Chromium that opens pages and prints them.
//!
//! Where there is none the test says so and passes, unless `COUNTERFOIL_REQUIRE_CHROMIUM` is set: then it fails.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

const REQUIRED: &str = "COUNTERFOIL_REQUIRE_CHROMIUM";
const NAMES: [&str; 3] = ["chromium", "chromium-browser", "google-chrome"];
/// A desk and a phone.
const WIDTHS: [u32; 2] = [1280, 360];
/// Name in CSS, and the size that a PDF states, in points.
const PAPERS: [(&str, [u32; 2]); 2] = [("A4", [595, 842]), ("Letter", [612, 792])];

/// A page to be looked at, and what it must hold.
pub struct Page {
    pub name: String,
    pub html: String,
    pub fingerprint: String,
    pub charts: usize,
}

/// Chromium and what reads its PDF files.
pub struct Browser {
    program: &'static str,
}

impl Browser {
    /// The one of this machine.
    ///
    /// # Panics
    /// If there is none, and there must be one.
    pub fn find() -> Option<Self> {
        let answers = |program: &str, argument: &str| {
            let mut command = Command::new(program);
            let command = command.arg(argument);
            let silent = command.stdout(Stdio::null()).stderr(Stdio::null());
            silent.status().is_ok_and(|status| status.success())
        };
        let program = NAMES.into_iter().find(|name| answers(name, "--version"));
        if let Some(program) = program
            && answers("pdftotext", "-v")
            && answers("pdfinfo", "-v")
        {
            return Some(Self { program });
        }
        let missing =
            "chromium, pdftotext and pdfinfo (Debian: chromium, poppler-utils) are not all here";
        assert!(std::env::var_os(REQUIRED).is_none(), "{missing}");
        eprintln!("SKIPPED: {missing}; no page was opened in a browser");
        None
    }

    /// At every width: nothing sticks out, every chart has its room, the font has come, nobody complains.
    pub fn assert_shown(&self, pages: &[Page], folder: &Path) {
        let mut frames = String::new();
        for page in pages {
            let file = format!("{}.html", page.name);
            fs::write(folder.join(&file), &page.html).unwrap();
            for width in WIDTHS {
                frames.push_str(&format!(
                    "<iframe title=\"{} {width}\" src=\"{file}\" width=\"{width}\" height=\"2000\" \
                     style=\"border:0\"></iframe>\n",
                    page.name
                ));
            }
        }
        let measure = folder.join("measure.html");
        fs::write(
            &measure,
            format!("<body>{frames}<script>{MEASURE}</script>"),
        )
        .unwrap();
        let output = self.run(&["--allow-file-access-from-files", "--dump-dom"], &measure);
        self.assert_silent(&output);
        let dom = String::from_utf8_lossy(&output.stdout);
        for page in pages {
            for width in WIDTHS {
                let name = format!("{} {width}", page.name);
                let line = dom
                    .lines()
                    .find(|line| line.starts_with(&format!("{name}: ")));
                let line = line.unwrap_or_else(|| panic!("{name} was not measured:\n{dom}"));
                let expected = format!(
                    "{name}: needs {width} of {width}, {} charts, 2 fonts",
                    page.charts
                );
                assert_eq!(line, expected);
            }
        }
    }

    /// On every paper page one is alone: it ends with the seal, and the second begins with the contents.
    pub fn assert_printed(&self, pages: &[Page], folder: &Path) {
        for page in pages {
            for (paper, size) in PAPERS {
                let name = format!("{} on {paper}", page.name);
                let file = folder.join("print.html");
                let sized = format!("@page{{size:{paper}}}</style>");
                fs::write(&file, page.html.replacen("</style>", &sized, 1)).unwrap();
                let pdf = folder.join(format!("{}-{paper}.pdf", page.name));
                let print = format!("--print-to-pdf={}", pdf.display());
                let output = self.run(&["--no-pdf-header-footer", &print], &file);
                self.assert_silent(&output);
                assert_eq!(paper_size(&pdf), size, "{name}");
                let first = text_of_page(&pdf, 1);
                for word in ["Prepared by", "Reviewed by", "Date", &page.fingerprint] {
                    assert!(first.contains(word), "{name} lacks {word:?}:\n{first}");
                }
                let second = text_of_page(&pdf, 2);
                assert!(
                    second.trim_start().starts_with("Contents"),
                    "{name} begins its second page with:\n{second}"
                );
            }
        }
    }

    /// A page that does what it may not is complained about: silence means something.
    pub fn assert_complaints_are_seen(&self, folder: &Path) {
        let file = folder.join("complaint.html");
        let page = "<!doctype html><meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'\">\
                    <script>let x = 1;</script>";
        fs::write(&file, page).unwrap();
        let output = self.run(&["--dump-dom"], &file);
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(said.contains("CONSOLE"), "{said}");
    }

    fn assert_silent(&self, output: &Output) {
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{said}");
        let complaints: Vec<&str> = said
            .lines()
            .filter(|line| line.contains("CONSOLE"))
            .collect();
        assert!(complaints.is_empty(), "{complaints:#?}");
    }

    fn run(&self, arguments: &[&str], file: &Path) -> Output {
        let profile = file.with_extension("profile");
        Command::new(self.program)
            // Root, as in a container, has no sandbox to give.
            .args([
                "--headless=new",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
            ])
            .args([
                "--no-first-run",
                "--disable-extensions",
                "--enable-logging=stderr",
            ])
            .args(["--virtual-time-budget=10000", "--hide-scrollbars"])
            .arg(format!("--user-data-dir={}", profile.display()))
            .args(arguments)
            .arg(address(file))
            .output()
            .unwrap()
    }
}

/// Writes a line for each frame once all of them are there.
const MEASURE: &str = r#"
addEventListener('load', async () => {
  const lines = [];
  for (const frame of document.querySelectorAll('iframe')) {
    const page = frame.contentDocument;
    await page.fonts.ready;
    const root = page.documentElement;
    const charts = [...page.querySelectorAll('figure svg')].filter(svg => {
      const box = svg.getBoundingClientRect();
      return box.width > 100 && box.height > 20;
    });
    const fonts = [...page.fonts].filter(font => font.status === 'loaded');
    const needs = Math.max(root.scrollWidth, page.body.scrollWidth);
    lines.push(`${frame.title}: needs ${needs} of ${root.clientWidth}, ${charts.length} charts, ${fonts.length} fonts`);
  }
  document.body.textContent = '\n' + lines.join('\n') + '\n';
});
"#;

fn address(file: &Path) -> String {
    let path: PathBuf = fs::canonicalize(file).unwrap();
    format!("file://{}", path.display())
}

fn text_of_page(pdf: &Path, number: u32) -> String {
    let number = number.to_string();
    let output = Command::new("pdftotext")
        .args(["-f", &number, "-l", &number, "-layout"])
        .arg(pdf)
        .arg("-")
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", pdf.display());
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn paper_size(pdf: &Path) -> [u32; 2] {
    let output = Command::new("pdfinfo").arg(pdf).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix("Page size:"));
    let line = line.unwrap_or_else(|| panic!("no size in {text}"));
    let numbers = line.split_whitespace().filter_map(|word| {
        let whole = word.split('.').next().unwrap_or_default();
        whole
            .parse::<u32>()
            .ok()
            .map(|whole| whole + u32::from(word.contains('.')))
    });
    let sides: Vec<u32> = numbers.take(2).collect();
    [sides[0], sides[1]]
}
