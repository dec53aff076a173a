// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
//! The header is the measure: DUALSTAGE_CFLAGS are what a C compiler needs to find it.
use std::collections::{BTreeMap, BTreeSet};
use std::format;
use std::path::PathBuf;
use std::prelude::v1::*;
use std::process::Command;
use std::string::String;
use std::vec::Vec;

use crate::{layouts, CONSTANTS, FUNCTIONS};

pub(crate) struct Field {
    pub name: &'static str,
    pub offset: usize,
    pub size: usize,
}

pub(crate) struct Layout {
    pub name: &'static str,
    pub size: usize,
    pub fields: Vec<Field>,
}

pub(crate) struct Prototype {
    pub name: &'static str,
    pub args: &'static [&'static str],
    pub ret: &'static str,
}

fn header() -> String {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../include/dualstage.h");
    let text = std::fs::read_to_string(path).unwrap();
    let mut out = String::new();
    let mut rest = &text[..];

    while let Some(begin) = rest.find("/*") {
        out.push_str(&rest[..begin]);
        rest = &rest[begin..][rest[begin..].find("*/").unwrap() + 2..];
    }
    out + rest
}

/// Runs a C program that has included the header, and returns what it prints
fn run_c(name: &str, before: &str, body: &str) -> String {
    let dir = PathBuf::from(std::env::var("OUT_DIR").unwrap_or_else(|_| env!("OUT_DIR").into()));
    let source = dir.join(format!("{name}.c"));
    let program = dir.join(name);
    let flags = std::env::var("DUALSTAGE_CFLAGS").unwrap_or_default();
    let text = format!(
        "#include <stdio.h>\n#include <dualstage.h>\n{before}\nint main(void)\n{{\n{body}\nreturn 0;\n}}\n"
    );

    std::fs::write(&source, text).unwrap();
    let status = Command::new("cc")
        .args([
            "-std=gnu11",
            "-Wall",
            "-Werror",
            "-Wno-unused-variable",
            "-c",
        ])
        .args(flags.split_whitespace())
        .arg("-o")
        .arg(program.with_extension("o"))
        .arg(&source)
        .status()
        .unwrap();
    assert!(status.success(), "{} does not compile", source.display());
    if body.is_empty() {
        return String::new();
    }
    let linked = Command::new("cc")
        .arg("-o")
        .arg(&program)
        .arg(program.with_extension("o"))
        .status()
        .unwrap();
    assert!(linked.success());
    let output = Command::new(&program).output().unwrap();
    assert!(output.status.success());
    String::from_utf8(output.stdout).unwrap()
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))
        .filter(|word| !word.is_empty())
}

/// Constants of the header: macros with a value, and members of enumerations
fn constants_of_header() -> BTreeSet<String> {
    let text = header();
    let mut found = BTreeSet::new();

    for line in text.lines() {
        let mut of_line = words(line);
        if line.starts_with("#define") && of_line.next() == Some("define") {
            let name = of_line.next().unwrap();
            if name != "DUALSTAGE_H" {
                found.insert(name.into());
            }
        }
    }
    for part in text.split("enum ").skip(1) {
        if let Some((head, body)) = part.split_once('{') {
            if words(head).count() == 1 {
                let body = &body[..body.find('}').unwrap()];
                found.extend(words(body).map(String::from));
            }
        }
    }
    found
}

#[test]
fn every_constant_is_bound() {
    let bound: BTreeSet<String> = CONSTANTS.iter().map(|(name, _)| (*name).into()).collect();

    assert!(bound.len() > 40);
    assert_eq!(bound, constants_of_header());
}

#[test]
fn constants_have_their_values() {
    let body: String = CONSTANTS
        .iter()
        .map(|(name, _)| format!("printf(\"{name} %llu\\n\", (unsigned long long){name});\n"))
        .collect();
    let want: String = CONSTANTS
        .iter()
        .map(|(name, value)| format!("{name} {value}\n"))
        .collect();

    assert_eq!(run_c("constants", "", &body), want);
}

#[test]
fn every_function_is_bound() {
    let text = header();
    let bound: BTreeSet<&str> = FUNCTIONS.iter().map(|function| function.name).collect();
    let declared: BTreeSet<&str> = text
        .split('(')
        .filter_map(|before| {
            words(before)
                .last()
                .filter(|_| before.ends_with(|c: char| c.is_ascii_alphanumeric()))
        })
        .filter(|name| name.starts_with("ds_"))
        .collect();

    assert!(bound.len() > 50);
    assert_eq!(bound, declared);
}

/// The C type that a type here stands for, as the compiler is to see it
fn c_type(text: &str) -> String {
    let text: String = text.split_whitespace().collect();

    if let Some(to) = text.strip_prefix("*mut") {
        return format!("{} *", c_type(to));
    }
    if let Some(to) = text.strip_prefix("*const") {
        return format!("const {} *", c_type(to));
    }
    match &text[..] {
        "()" | "c_void" => "void".into(),
        "c_int" => "int".into(),
        "c_uint" => "unsigned int".into(),
        "c_char" => "char".into(),
        "u32" => "uint32_t".into(),
        "u64" => "uint64_t".into(),
        "usize" => "size_t".into(),
        "bool" => "bool".into(),
        "ds_mode" => "enum ds_mode".into(),
        name => {
            assert!(
                name.starts_with("ds_") || name.starts_with("iommu_"),
                "{name}"
            );
            format!("struct {name}")
        }
    }
}

/// The C compiler finds a pointer to each function to be of the right type
#[test]
fn functions_have_their_prototypes() {
    let text: String = FUNCTIONS
        .iter()
        .map(|function| {
            let args: Vec<String> = function.args.iter().map(|arg| c_type(arg)).collect();
            let args = if args.is_empty() {
                "void".into()
            } else {
                args.join(", ")
            };
            format!(
                "{} (*p_{})({args}) = {};\n",
                c_type(function.ret),
                function.name,
                function.name
            )
        })
        .collect();

    run_c("prototypes", &text, "");
}

/// Structures of the header that have a body
fn structs_of_header() -> BTreeSet<String> {
    header()
        .split("struct ")
        .skip(1)
        .filter_map(|part| part.split_once('{'))
        .filter(|(head, _)| words(head).count() == 1 && !head.contains(';'))
        .map(|(head, _)| head.trim().into())
        .collect()
}

#[test]
fn every_struct_is_bound() {
    let bound: BTreeSet<String> = layouts()
        .iter()
        .map(|layout| layout.name.into())
        .filter(|name: &String| name.starts_with("ds_"))
        .collect();

    assert!(bound.len() >= 5);
    assert_eq!(bound, structs_of_header());
}

#[test]
fn structs_have_their_layouts() {
    let mut body = String::new();
    let mut want = BTreeMap::new();

    for layout in layouts() {
        let name = layout.name;
        body += &format!("printf(\"{name} %zu\\n\", sizeof(struct {name}));\n");
        want.insert(name.into(), format!("{}", layout.size));
        let mut end = 0;
        for field in &layout.fields {
            let c = field.name;
            body += &format!(
                "printf(\"{name}.{0} %zu %zu\\n\", offsetof(struct {name}, {c}), \
                 sizeof(((struct {name} *)0)->{c}));\n",
                field.name
            );
            want.insert(
                format!("{name}.{}", field.name),
                format!("{} {}", field.offset, field.size),
            );
            /* A field that is missing would leave a gap that alignment does not ask for */
            assert!(field.offset - end < 8, "{name}.{}", field.name);
            end = field.offset + field.size;
        }
    }
    let printed = run_c("layouts", "#include <stddef.h>", &body);
    let got: BTreeMap<String, String> = printed
        .lines()
        .map(|line| line.split_once(' ').unwrap())
        .map(|(name, text)| (name.into(), text.into()))
        .collect();
    assert_eq!(got, want);
}
