//! The kernel's own record, for one core, of which threads it puts on the core and takes off again: `perf_event_open`
//! with a dummy event that counts nothing and records every context switch of the calling thread and of all threads and
//! processes that it starts afterwards. It needs no privilege up to `perf_event_paranoid` 2, wakes no thread, and is
//! read from a ring that the kernel writes.

use std::io;
use std::os::fd::{FromRawFd, OwnedFd};
use std::ptr::NonNull;
use std::sync::atomic::{AtomicU64, Ordering};

use perf_event_open_sys::bindings as perf;
use rustix::mm::{MapFlags, ProtFlags, mmap, munmap};

use super::Noted;
use crate::trace::Switch;
use crate::units::{CoreId, Stamp};

/// The ring of one core.
#[derive(Debug)]
pub struct SwitchRing {
    event: OwnedFd,
    /// One page of header, then the ring itself.
    map: NonNull<u8>,
    pages: usize,
    page: usize,
}

// SAFETY: the mapping belongs to this value alone and is not bound to a thread.
unsafe impl Send for SwitchRing {}

/// Bytes that follow each record that is no sample: process and thread, time, core.
const TRAIL: usize = 24;
/// Bytes before each record: its kind, flags, and length.
const HEAD: usize = 8;

impl SwitchRing {
    /// Begins to record what happens on `core` to the calling thread and what it starts from now on, in a ring of
    /// `pages` pages, a power of two.
    ///
    /// # Errors
    /// As the kernel says: `EACCES` or `EPERM` where it is not permitted (the second also where no more memory may be
    /// locked), `ENOSYS` where there is no such record, `ENODEV` where there is no such core.
    pub fn open(core: u16, pages: usize) -> io::Result<SwitchRing> {
        let page = rustix::param::page_size();
        let mut wish = perf::perf_event_attr::default();
        wish.size = size_of::<perf::perf_event_attr>() as u32;
        wish.type_ = perf::PERF_TYPE_SOFTWARE;
        wish.config = u64::from(perf::PERF_COUNT_SW_DUMMY);
        wish.sample_type = u64::from(perf::PERF_SAMPLE_TID | perf::PERF_SAMPLE_TIME | perf::PERF_SAMPLE_CPU);
        wish.read_format = u64::from(perf::PERF_FORMAT_LOST);
        wish.clockid = libc::CLOCK_MONOTONIC;
        wish.set_context_switch(1);
        wish.set_task(1);
        wish.set_inherit(1);
        wish.set_sample_id_all(1);
        wish.set_use_clockid(1);
        wish.set_exclude_kernel(1);
        wish.set_exclude_hv(1);
        // No thread waits for the ring; so the kernel should wake none, however full the ring is.
        wish.set_watermark(1);
        wish.__bindgen_anon_2.wakeup_watermark = u32::MAX;
        let cloexec = libc::c_ulong::from(perf::PERF_FLAG_FD_CLOEXEC);
        // SAFETY: `wish` is a whole, initialised attribute of the size that it names; 0 is the calling thread.
        let fd = unsafe { perf_event_open_sys::perf_event_open(&raw mut wish, 0, i32::from(core), -1, cloexec) };
        if fd < 0 {
            return Err(io::Error::last_os_error());
        }
        // SAFETY: the call has just made this descriptor, and nobody else knows of it.
        let event = unsafe { OwnedFd::from_raw_fd(fd) };
        let (length, rw) = ((1 + pages) * page, ProtFlags::READ | ProtFlags::WRITE);
        // SAFETY: no address is asked for, so the kernel picks one that nothing else uses.
        let map = unsafe { mmap(std::ptr::null_mut(), length, rw, MapFlags::SHARED, &event, 0)? };
        let map = NonNull::new(map.cast()).ok_or(io::ErrorKind::OutOfMemory)?;
        Ok(SwitchRing { event, map, pages, page })
    }

    /// Hands all records written so far to `each`, in order, and makes room in the ring.
    pub fn drain(&mut self, mut each: impl FnMut(Noted)) {
        let header = self.map.cast::<perf::perf_event_mmap_page>().as_ptr();
        // SAFETY: the first page is the kernel's header as long as the mapping lives; both places are aligned 64-bit
        // words that the kernel reads and writes as such.
        let (head, tail) = unsafe {
            (AtomicU64::from_ptr(&raw mut (*header).data_head), AtomicU64::from_ptr(&raw mut (*header).data_tail))
        };
        let (to, mut at) = (head.load(Ordering::Acquire), tail.load(Ordering::Relaxed));
        let mut record = [0u8; 64];
        while at < to {
            self.copy(at, &mut record[..HEAD]);
            let length = usize::from(u16::from_le_bytes([record[6], record[7]]));
            if length < HEAD {
                // No record is so short: the bytes that follow cannot be read either.
                at = to;
                break;
            }
            let known = length.min(record.len());
            self.copy(at, &mut record[..known]);
            if let Some(noted) = decode(&record[..known]) {
                each(noted);
            }
            at += length as u64;
        }
        tail.store(at, Ordering::Release);
    }

    /// Copies what the ring holds from its byte number `from` on.
    fn copy(&self, from: u64, to: &mut [u8]) {
        let size = self.pages * self.page;
        let start = from as usize & (size - 1);
        let (whole, wrapped) = to.split_at_mut(to.len().min(size - start));
        for (part, place) in [(whole, self.page + start), (wrapped, self.page)] {
            // SAFETY: this many bytes from `place` on lie within the mapping, behind its first page; the kernel writes
            // only behind `data_head` and before `data_tail`, which is moved after this.
            unsafe { self.map.as_ptr().add(place).copy_to_nonoverlapping(part.as_mut_ptr(), part.len()) };
        }
    }

    /// How many records found no room so far, whether or not the ring itself reports them.
    pub fn lost(&self) -> u64 {
        let mut words = [0u8; 16];
        match (rustix::io::read(&self.event, &mut words[..]), words.last_chunk()) {
            // The read gives the event's own count, which stays zero, and the number of lost records.
            (Ok(16), Some(lost)) => u64::from_ne_bytes(*lost),
            _ => 0,
        }
    }
}

impl Drop for SwitchRing {
    fn drop(&mut self) {
        // SAFETY: mapped by `open` with this length, and nothing refers to it any more.
        let _ = unsafe { munmap(self.map.as_ptr().cast(), (1 + self.pages) * self.page) };
    }
}

/// Decodes a record with its header and trail; `None` if it is of a kind that does not matter here.
fn decode(record: &[u8]) -> Option<Noted> {
    let word = |at: usize| Some(u64::from_ne_bytes(record.get(at..at + 8)?.try_into().ok()?));
    let half = |at: usize| Some(u32::from_ne_bytes(record.get(at..at + 4)?.try_into().ok()?));
    let kind = half(0)?;
    let flags = u32::from(u16::from_ne_bytes(record.get(4..6)?.try_into().ok()?));
    let trail = record.len().checked_sub(TRAIL)?;
    let (tid, at, core) = (half(trail + 4)?, Stamp(word(trail + 8)?), CoreId(half(trail + 16)? as u16));
    match kind {
        perf::PERF_RECORD_SWITCH => {
            let out = flags & perf::PERF_RECORD_MISC_SWITCH_OUT != 0;
            let preempted = flags & perf::PERF_RECORD_MISC_SWITCH_OUT_PREEMPT != 0;
            let switch = match (out, preempted) {
                (false, _) => Switch::In,
                (true, false) => Switch::Blocked,
                (true, true) => Switch::Preempted,
            };
            Some(Noted::Switch { at, tid, core, switch })
        }
        // A thread that ends is not switched off any more: this is its last record.
        perf::PERF_RECORD_EXIT => Some(Noted::Switch { at, tid: half(HEAD + 8)?, core, switch: Switch::Gone }),
        perf::PERF_RECORD_LOST => Some(Noted::Lost { at, count: word(HEAD + 8)? }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(kind: u32, flags: u32, body: &[u8], tid: u32, at: u64, core: u32) -> Vec<u8> {
        let length = HEAD + body.len() + TRAIL;
        let mut bytes = Vec::new();
        bytes.extend(kind.to_ne_bytes());
        bytes.extend((flags as u16).to_ne_bytes());
        bytes.extend((length as u16).to_ne_bytes());
        bytes.extend(body);
        bytes.extend(1u32.to_ne_bytes());
        bytes.extend(tid.to_ne_bytes());
        bytes.extend(at.to_ne_bytes());
        bytes.extend(core.to_ne_bytes());
        bytes.extend(0u32.to_ne_bytes());
        bytes
    }

    #[test]
    fn records_are_read_as_the_kernel_lays_them_out() {
        let at = Stamp(70);
        let switch = |switch| Some(Noted::Switch { at, tid: 9, core: CoreId(3), switch });
        let of = |flags| decode(&record(perf::PERF_RECORD_SWITCH, flags, &[], 9, 70, 3));
        let (out, preempted) = (perf::PERF_RECORD_MISC_SWITCH_OUT, perf::PERF_RECORD_MISC_SWITCH_OUT_PREEMPT);
        assert_eq!(of(0), switch(Switch::In));
        assert_eq!(of(out), switch(Switch::Blocked));
        assert_eq!(of(out | preempted), switch(Switch::Preempted));
        let mut gone = Vec::new();
        [5u32, 4, 9, 4, 70, 0].iter().for_each(|n| gone.extend(n.to_ne_bytes()));
        assert_eq!(decode(&record(perf::PERF_RECORD_EXIT, 0, &gone, 9, 70, 3)), switch(Switch::Gone));
        let mut lost = 1u64.to_ne_bytes().to_vec();
        lost.extend(12u64.to_ne_bytes());
        let told = decode(&record(perf::PERF_RECORD_LOST, 0, &lost, 9, 70, 3));
        assert_eq!(told, Some(Noted::Lost { at, count: 12 }));
        assert_eq!(decode(&[0; HEAD]), None);
    }
}
