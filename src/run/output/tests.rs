//! The folder appears whole or not at all.

use super::*;

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

fn run(target: &Path, content: &str, replace: bool) -> Result<PathBuf> {
    let folder = Folder::create(target, replace)?;
    folder.write_file("tables/a.csv", content.as_bytes())?;
    folder.write_file(MANIFEST, b"{}\n")?;
    folder.commit()
}

#[test]
fn a_finished_folder_stands_alone_and_its_files_are_hashed() {
    let home = tempfile::tempdir().unwrap();
    let target = home.path().join("deep/out");
    let folder = Folder::create(&target, false).unwrap();
    folder.write_file("b.txt", b"bee").unwrap();
    folder.write_file("a.txt", b"").unwrap();
    let written = folder.written();
    assert_eq!(
        written
            .iter()
            .map(|file| file.path.as_str())
            .collect::<Vec<_>>(),
        ["a.txt", "b.txt"]
    );
    assert_eq!(written[1].bytes, 3);
    assert_eq!(written[1].blake3, blake3::hash(b"bee").to_hex().to_string());
    assert!(!target.exists());
    folder.commit().unwrap();
    assert_eq!(names(&home.path().join("deep")), ["out"]);
}

#[test]
fn a_failure_midway_leaves_nothing() {
    let home = tempfile::tempdir().unwrap();
    let target = home.path().join("out");
    {
        let folder = Folder::create(&target, false).unwrap();
        folder.write_file("tables/a.csv", b"half").unwrap();
        assert_eq!(names(home.path()).len(), 1);
    }
    assert!(names(home.path()).is_empty());
}

#[test]
fn a_failure_midway_leaves_the_old_folder_as_it_was() {
    let home = tempfile::tempdir().unwrap();
    let target = home.path().join("out");
    run(&target, "old", false).unwrap();
    {
        let folder = Folder::create(&target, true).unwrap();
        folder.write_file("tables/a.csv", b"new").unwrap();
    }
    assert_eq!(
        fs::read_to_string(target.join("tables/a.csv")).unwrap(),
        "old"
    );
    assert_eq!(names(home.path()), ["out"]);
}

#[test]
fn a_failing_rename_leaves_the_old_folder_as_it_was() {
    let home = tempfile::tempdir().unwrap();
    let target = home.path().join("out");
    run(&target, "old", false).unwrap();
    let folder = Folder::create(&target, true).unwrap();
    // What has been written disappears: the last rename cannot succeed.
    let partial = folder.partial.clone();
    fs::create_dir(home.path().join("elsewhere")).unwrap();
    let mut folder = folder;
    fs::remove_dir_all(&partial).unwrap();
    let error = folder.rename().unwrap_err();
    assert!(format!("{error:#}").contains("cannot create"), "{error:#}");
    drop(folder);
    assert_eq!(
        fs::read_to_string(target.join("tables/a.csv")).unwrap(),
        "old"
    );
    assert_eq!(names(home.path()), ["elsewhere", "out"]);
}

#[test]
fn an_existing_folder_is_replaced_only_on_request() {
    let home = tempfile::tempdir().unwrap();
    let target = home.path().join("out");
    run(&target, "old", false).unwrap();
    let error = run(&target, "new", false).unwrap_err();
    assert!(matches!(error.downcast_ref(), Some(FolderError::Exists(_))));
    run(&target, "new", true).unwrap();
    assert_eq!(
        fs::read_to_string(target.join("tables/a.csv")).unwrap(),
        "new"
    );
    assert_eq!(names(home.path()), ["out"]);
}

#[test]
fn what_is_no_run_is_never_replaced() {
    let home = tempfile::tempdir().unwrap();
    let target = home.path().join("out");
    fs::create_dir(&target).unwrap();
    Folder::check(&target, false).unwrap();
    fs::write(target.join("thesis.tex"), "years of work").unwrap();
    let error = run(&target, "new", true).unwrap_err();
    assert!(matches!(
        error.downcast_ref(),
        Some(FolderError::NotARun(_))
    ));
    let error = run(&target.join("thesis.tex"), "new", true).unwrap_err();
    assert!(matches!(
        error.downcast_ref(),
        Some(FolderError::NotARun(_))
    ));
    let error = run(&home.path().join(".."), "new", true).unwrap_err();
    assert!(matches!(error.downcast_ref(), Some(FolderError::NoName(_))));
}

#[test]
fn an_empty_folder_is_filled() {
    let home = tempfile::tempdir().unwrap();
    let target = home.path().join("out");
    fs::create_dir(&target).unwrap();
    run(&target, "new", false).unwrap();
    assert_eq!(names(home.path()), ["out"]);
}

#[test]
fn a_replacement_that_was_cut_off_is_undone() {
    let home = tempfile::tempdir().unwrap();
    let target = home.path().join("out");
    run(&target, "old", false).unwrap();
    fs::rename(&target, home.path().join(".out.replaced-1-0")).unwrap();
    let error = run(&target, "new", false).unwrap_err();
    assert!(matches!(error.downcast_ref(), Some(FolderError::Exists(_))));
    assert_eq!(
        fs::read_to_string(target.join("tables/a.csv")).unwrap(),
        "old"
    );
}

#[test]
fn leavings_of_the_dead_go_and_those_of_the_living_stay() {
    let home = tempfile::tempdir().unwrap();
    let target = home.path().join("out");
    let long_ago = std::time::SystemTime::now() - std::time::Duration::from_secs(3600);
    let [dead, living] = [".out.partial-1-0", ".out.partial-2-0"].map(|name| {
        let path = home.path().join(name);
        fs::create_dir(&path).unwrap();
        let folder = File::open(&path).unwrap();
        folder.set_modified(long_ago).unwrap();
        (path, folder)
    });
    living.1.try_lock().unwrap();
    run(&target, "new", false).unwrap();
    assert!(!dead.0.exists());
    assert!(living.0.exists());
}

#[test]
fn errors_name_the_path_and_the_cause() {
    let home = tempfile::tempdir().unwrap();
    fs::write(home.path().join("file"), "").unwrap();
    let error = Folder::create(&home.path().join("file/out"), false).unwrap_err();
    let text = format!("{error:#}");
    assert!(text.contains("file"), "{text}");
}
