// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
//! Where the library is: DUALSTAGE_LIB_DIR, or wherever the linker looks.
use std::path::Path;

fn main() {
    println!("cargo:rerun-if-env-changed=DUALSTAGE_LIB_DIR");
    let dir = match std::env::var("DUALSTAGE_LIB_DIR") {
        Ok(dir) => dir,
        Err(_) => {
            println!("cargo:rustc-link-lib=dualstage");
            return;
        }
    };
    println!("cargo:rustc-link-search=native={dir}");
    let archive = Path::new(&dir).join("libdualstage.a");
    if archive.exists() {
        println!("cargo:rerun-if-changed={}", archive.display());
        println!("cargo:rustc-link-lib=static=dualstage");
    } else {
        println!("cargo:rustc-link-lib=dualstage");
    }
}
