//! Small files that decode to gigabytes.

use std::{io::Write, sync::OnceLock};

use flate2::{Compress, Compression, FlushCompress};

/// A zstd frame (RFC 8878, 3.1.1) of about `gigabytes` of spaces: blocks of 128 KiB that
/// repeat one byte, four bytes each.
pub(super) fn zstd(gigabytes: usize) -> Vec<u8> {
    const BLOCK: u32 = 128 * 1024;
    // No content size, no checksum; a window of 128 KiB.
    let mut frame = vec![0x28, 0xb5, 0x2f, 0xfd, 0x00, 7 << 3];
    let block = |is_last: u32| (BLOCK << 3 | 1 << 1 | is_last).to_le_bytes();
    for _ in 0..gigabytes * 8192 {
        frame.extend_from_slice(&block(0)[..3]);
        frame.push(b' ');
    }
    frame.extend_from_slice(&block(1)[..3]);
    frame.push(b' ');
    frame
}

/// 16 MiB of spaces as deflate blocks that end at a byte and refer to nothing before
/// them, so that they can be repeated.
fn deflated_spaces() -> &'static [u8] {
    static SPACES: OnceLock<Vec<u8>> = OnceLock::new();
    SPACES.get_or_init(|| deflated(&vec![b' '; SPACES_SIZE], FlushCompress::Full))
}

const SPACES_SIZE: usize = 16 << 20;

fn deflated(data: &[u8], flush: FlushCompress) -> Vec<u8> {
    let mut output = Vec::with_capacity(data.len() / 100 + 1024);
    let mut compress = Compress::new(Compression::best(), false);
    while compress.total_in() < data.len() as u64 || output.len() == output.capacity() {
        output.reserve(1024);
        let start = usize::try_from(compress.total_in()).expect("small");
        let done = compress.compress_vec(&data[start..], &mut output, flush);
        done.expect("compresses");
    }
    output
}

/// A deflate stream of `head` and then about `gigabytes` of spaces.
pub(super) fn deflate(head: &[u8], gigabytes: usize) -> Vec<u8> {
    let mut stream = deflated(head, FlushCompress::Full);
    for _ in 0..gigabytes * (1 << 30) / SPACES_SIZE {
        stream.extend_from_slice(deflated_spaces());
    }
    // An empty last block with fixed codes (RFC 1951, 3.2.3).
    stream.extend_from_slice(&[0x03, 0x00]);
    stream
}

/// A gzip file (RFC 1952) of `head` and then about `gigabytes` of spaces. Its checksum
/// is wrong, which a reader sees at the end only.
pub(super) fn gzip(head: &[u8], gigabytes: usize) -> Vec<u8> {
    let mut file = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
    file.extend_from_slice(&deflate(head, gigabytes));
    file.extend_from_slice(&[0; 8]);
    file
}

/// A source distribution whose first file is said to have `gigabytes`, and has.
pub(super) fn sdist(gigabytes: usize) -> Vec<u8> {
    let mut header = tar::Header::new_gnu();
    header.set_path("tomlish-1.2.0/PKG-INFO").expect("short");
    header.set_size(gigabytes as u64 * (1 << 30));
    header.set_mode(0o644);
    header.set_cksum();
    gzip(header.as_bytes(), gigabytes)
}

/// A zip file (<https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT>) with one
/// file, whose deflated bytes are given and whose size is what `size` says.
pub(super) fn zip(name: &str, deflated: &[u8], size: u32, crc: u32) -> Vec<u8> {
    let length = u32::try_from(deflated.len()).expect("small");
    let name_length = u16::try_from(name.len()).expect("short");
    let common = |version: &[u8]| {
        let mut part = version.to_vec();
        // Version 2.0, no flags, deflated, no time.
        part.extend_from_slice(&[20, 0, 0, 0, 8, 0, 0, 0, 0x21, 0]);
        for number in [crc, length, size] {
            part.extend_from_slice(&number.to_le_bytes());
        }
        part.extend_from_slice(&name_length.to_le_bytes());
        part.extend_from_slice(&[0, 0]);
        part
    };
    let mut file = common(b"PK\x03\x04");
    file.extend_from_slice(name.as_bytes());
    file.extend_from_slice(deflated);
    let start = u32::try_from(file.len()).expect("small");
    let mut directory = common(b"PK\x01\x02\x14\x00");
    directory.extend_from_slice(&[0; 14]);
    directory.extend_from_slice(name.as_bytes());
    file.write_all(&directory).expect("in memory");
    file.extend_from_slice(b"PK\x05\x06\0\0\0\0\x01\0\x01\0");
    let directory = u32::try_from(directory.len()).expect("small");
    file.extend_from_slice(&directory.to_le_bytes());
    file.extend_from_slice(&start.to_le_bytes());
    file.extend_from_slice(&[0, 0]);
    file
}

/// A zip file with one file.
pub(super) fn zipped(name: &str, content: &[u8]) -> Vec<u8> {
    let mut crc = flate2::Crc::new();
    crc.update(content);
    let deflated = deflated(content, FlushCompress::Finish);
    let size = u32::try_from(content.len()).expect("small");
    zip(name, &deflated, size, crc.sum())
}

#[test]
fn bombs_are_what_they_say() {
    let frame = zstd(1);
    let mut decoder = zstd_reader(&frame);
    let size = std::io::copy(&mut decoder, &mut std::io::sink());
    assert_eq!(size.expect("decodes"), (1 << 30) + 128 * 1024);
    let bomb = gzip(b"head", 1);
    assert!(bomb.len() < 4 << 20, "{}", bomb.len());
    let mut decoder = flate2::read::GzDecoder::new(&bomb[..]);
    let mut start = vec![0; SPACES_SIZE * 2];
    std::io::Read::read_exact(&mut decoder, &mut start).expect("decodes");
    assert!(start.starts_with(b"head  "));
}

fn zstd_reader(frame: &[u8]) -> impl std::io::Read + '_ {
    ::zstd::stream::read::Decoder::new(frame).expect("a decoder")
}
