//! Builds a release anew when the page's files change: they are part of its executable. A debug build reads them from the
//! disk.

fn main() {
    if std::env::var("PROFILE").is_ok_and(|profile| profile == "release") {
        println!("cargo::rerun-if-changed=../target/site");
    } else {
        println!("cargo::rerun-if-changed=build.rs");
    }
}
