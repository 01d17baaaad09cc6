//! The shape of a workload file: what the TOML reader makes of it, before anything is checked.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Error, IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use toml::Spanned;

use super::{AddHow, Kernel, Spread};

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    pub(super) format: Spanned<i64>,
    pub(super) name: Spanned<String>,
    #[serde(default)]
    pub(super) group: String,
    #[serde(default)]
    pub(super) title: String,
    #[serde(default)]
    pub(super) about: String,
    #[serde(default)]
    pub(super) show: Vec<String>,
    pub(super) workers: Option<Spanned<Number>>,
    pub(super) lock: Option<Spanned<Word>>,
    pub(super) variant: Option<Spanned<String>>,
    #[serde(default)]
    pub(super) variants: Vec<Spanned<FileVariant>>,
    #[serde(default)]
    pub(super) params: BTreeMap<String, Spanned<Number>>,
    #[serde(default)]
    pub(super) queues: BTreeMap<String, Spanned<Short<FileQueue>>>,
    #[serde(default)]
    pub(super) counters: BTreeMap<String, Spanned<Number>>,
    pub(super) tasks: Spanned<Vec<FileTask>>,
}

/// A variant: what it says itself, whatever else is as in the file.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FileVariant {
    pub(super) name: Spanned<String>,
    pub(super) title: Option<String>,
    pub(super) about: Option<String>,
    pub(super) show: Option<Vec<String>>,
    pub(super) workers: Option<Spanned<Number>>,
    pub(super) lock: Option<Spanned<Word>>,
    #[serde(default)]
    pub(super) params: BTreeMap<String, Spanned<Number>>,
    #[serde(default)]
    pub(super) queues: BTreeMap<String, Spanned<Short<FileQueue>>>,
    #[serde(default)]
    pub(super) counters: BTreeMap<String, Spanned<Number>>,
    pub(super) tasks: Option<Spanned<Vec<FileTask>>>,
}

impl FileVariant {
    /// `file` as this variant has it.
    pub(super) fn over(&self, file: &File) -> File {
        let over = self.clone();
        let mut file = file.clone();
        file.variant = Some(over.name);
        file.variants.clear();
        file.title = over.title.unwrap_or(file.title);
        file.about = over.about.unwrap_or(file.about);
        file.show = over.show.unwrap_or(file.show);
        file.workers = over.workers.or(file.workers);
        file.lock = over.lock.or(file.lock);
        file.params.extend(over.params);
        file.queues.extend(over.queues);
        file.counters.extend(over.counters);
        file.tasks = over.tasks.unwrap_or(file.tasks);
        file
    }
}

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FileTask {
    pub(super) name: Spanned<String>,
    pub(super) count: Option<Spanned<Number>>,
    #[serde(default)]
    pub(super) background: bool,
    pub(super) steps: Spanned<Vec<Spanned<FileStep>>>,
}

#[derive(Clone, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum FileStep {
    Compute(FileCompute),
    Sleep(Spanned<Number>),
    BlockingSleep(Spanned<Number>),
    Yield,
    Await,
    Request(FileRequest),
    Read(Spanned<Number>),
    Write(Spanned<Number>),
    Lock(FileLock),
    Repeat(FileRepeat),
    Put(Spanned<Short<FilePut>>),
    Get(Spanned<String>),
    Add(Spanned<Short<FileAdd>>),
}

/// A queue. (What these three are called in a refusal is in `text`, by the names of these types.)
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FileQueue {
    pub(super) room: Spanned<Number>,
    pub(super) payload: Option<Spanned<Number>>,
}

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FilePut {
    pub(super) queue: Spanned<String>,
    pub(super) payload: Option<Spanned<Number>>,
}

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FileAdd {
    pub(super) counter: Spanned<String>,
    #[serde(default)]
    pub(super) how: AddHow,
    pub(super) gap: Option<Spanned<Number>>,
    #[serde(default)]
    pub(super) switch: bool,
    #[serde(default)]
    pub(super) steps: Vec<Spanned<FileStep>>,
}

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FileRequest {
    pub(super) latency: Spanned<Number>,
    pub(super) bytes: Option<Spanned<Number>>,
    #[serde(default)]
    pub(super) spread: Spread,
}

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FileLock {
    pub(super) name: Spanned<String>,
    pub(super) limit: Option<Spanned<Number>>,
    #[serde(default)]
    pub(super) r#try: bool,
    pub(super) otherwise: Option<Spanned<Vec<Spanned<FileStep>>>>,
    pub(super) steps: Spanned<Vec<Spanned<FileStep>>>,
}

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FileCompute {
    #[serde(default = "count")]
    pub(super) kernel: Kernel,
    pub(super) amount: Spanned<Number>,
    pub(super) gil: Option<Spanned<Word>>,
}

fn count() -> Kernel {
    Kernel::Count
}

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FileRepeat {
    pub(super) times: Option<Spanned<Number>>,
    pub(super) r#for: Option<Spanned<Number>>,
    pub(super) until: Option<Spanned<String>>,
    pub(super) each: Option<Spanned<String>>,
    #[serde(default)]
    pub(super) retry: bool,
    pub(super) steps: Spanned<Vec<Spanned<FileStep>>>,
}

/// A word, or something else that stands in its place.
#[derive(Clone, Deserialize)]
#[serde(untagged)]
pub(super) enum Word {
    Text(String),
    Other(IgnoredAny),
}

/// A number or a text: both are quantities; anything else is refused as no "quantity".
#[derive(Clone, Deserialize)]
#[serde(untagged, expecting = "quantity")]
pub(super) enum Number {
    Whole(u64),
    Text(String),
}

/// A number or a text, or a table that says more.
#[derive(Clone)]
pub(super) enum Short<T> {
    Number(Number),
    Table(T),
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Short<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Short<T>, D::Error> {
        from.deserialize_any(ShortVisitor(PhantomData))
    }
}

struct ShortVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for ShortVisitor<T> {
    type Value = Short<T>;

    fn expecting(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = std::any::type_name::<T>();
        write!(to, "struct {}", path.rsplit("::").next().unwrap_or(path))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Short<T>, E> {
        let negative = || E::invalid_type(serde::de::Unexpected::Signed(number), &self);
        Ok(Short::Number(Number::Whole(u64::try_from(number).map_err(|_| negative())?)))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Short<T>, E> {
        Ok(Short::Number(Number::Whole(number)))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Short<T>, E> {
        Ok(Short::Number(Number::Text(text.to_owned())))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Short<T>, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map)).map(Short::Table)
    }
}
