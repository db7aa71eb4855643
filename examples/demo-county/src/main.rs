//! `doudi-demo`: writes the invented roster, and takes the families of the stories through their cases. Started by
//! `cargo xtask demo`.

use anyhow::{Context, Result};
use clap::{Parser, Subcommand};
use doudi_demo::{Plan, divisions, roster, template, workbook};
use doudi_domain::{County, Date};
use std::path::PathBuf;

#[derive(Parser)]
#[command(name = "doudi-demo", about = "The demonstration county of Doudi (兜底)")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Writes a roster of invented households in the columns of `doudi household template`.
    Roster {
        /// The XLSX file to write.
        file: PathBuf,
        /// The divisions, as CSV.
        #[arg(long)]
        divisions: PathBuf,
        #[arg(long, default_value = "340223")]
        county: County,
        /// Ages are counted on this day.
        #[arg(long, default_value = "2022-07-01")]
        day: Date,
        /// The same seed gives the same county.
        #[arg(long, default_value_t = 20_220_623)]
        seed: u64,
        #[arg(long, default_value_t = 2_400)]
        households: usize,
        /// Also writes a small roster with the mistakes people make.
        #[arg(long)]
        mistakes: Option<PathBuf>,
    },
    /// Takes the families of the stories through their cases, as the right users on successive days.
    Cases(doudi_demo::cases::Options),
}

fn main() -> Result<()> {
    match Cli::parse().command {
        Command::Roster { file, divisions: tree, county, day, seed, households, mistakes } => {
            let text = std::fs::read_to_string(&tree).with_context(|| format!("cannot read {}", tree.display()))?;
            // A few families more, for the file of mistakes: they are in no roster.
            let spare = 20;
            let mut families = roster(&divisions(&text)?, &Plan { county, day, seed, households: households + spare });
            let others = families.split_off(households);
            let headings = template::headings();
            workbook::write(&file, template::SHEET, &headings, &workbook::rows(&families, &headings))
                .with_context(|| format!("cannot write {}", file.display()))?;
            if let (Some(path), Some(known)) = (mistakes, families.first()) {
                let rows = workbook::mistakes(&others, known, &headings);
                workbook::write(&path, template::SHEET, &headings, &rows)
                    .with_context(|| format!("cannot write {}", path.display()))?;
            }
            let people: usize = families.iter().map(|family| family.size()).sum();
            println!("{} households, {people} people", families.len());
            Ok(())
        }
        Command::Cases(options) => tokio::runtime::Runtime::new()?.block_on(doudi_demo::cases::run(&options)),
    }
}
