//! Builds anew when the page's files change: they are part of the executable.

fn main() {
    println!("cargo::rerun-if-changed=../target/site");
}
