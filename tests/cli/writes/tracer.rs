//! Stops a process at each of its system calls (`ptrace(2)`), to kill it there or to let the
//! call fail. That is where a power loss, a full disk and the out-of-memory killer strike, and
//! no code of presolve has to know of it.

// Only the system can be asked for this.
#![allow(unsafe_code)]

use std::{
    io::{Error, Read},
    os::unix::{fs::FileExt, process::CommandExt},
    process::{Command, Stdio},
    ptr::null_mut,
};

use libc::{c_int, c_long, c_void, pid_t};

/// What happens at a call.
#[derive(Clone, Copy, Debug)]
pub(super) enum Fault {
    /// The process is killed before the call.
    Kill,
    /// The call does nothing and returns this error.
    Error(c_int),
}

/// How a run went.
pub(super) struct Traced {
    /// The exit code; none if it was killed.
    pub code: Option<i32>,
    pub stderr: String,
    /// The calls of the write, in their order.
    pub calls: Vec<Call>,
}

/// A system call.
#[derive(Clone, Copy, Debug)]
pub(super) struct Call {
    /// Its number.
    pub number: c_long,
    /// Its first argument is open and has no name: a pipe to another thread, not a file.
    pub is_of_pipe: bool,
}

/// Runs a command. The calls of the thread that runs it, the first one that the main thread
/// starts, are counted from the first one on that opens `file` for writing. The fault happens at
/// the one of this number.
///
/// None where the system lets no process trace another.
pub(super) fn run(
    command: &mut Command,
    file: &str,
    fault: Option<(usize, Fault)>,
) -> Option<Traced> {
    command.stdout(Stdio::null()).stderr(Stdio::piped());
    // SAFETY: `ptrace` may be called between `fork` and `exec`.
    unsafe {
        command.pre_exec(|| {
            match libc::ptrace(
                libc::PTRACE_TRACEME,
                0,
                null_mut::<c_void>(),
                null_mut::<c_void>(),
            ) {
                -1 => Err(Error::last_os_error()),
                _ => Ok(()),
            }
        });
    }
    let mut child = match command.spawn() {
        Ok(child) => child,
        Err(error) if error.raw_os_error() == Some(libc::EPERM) => return None,
        Err(error) => panic!("{error}"),
    };
    let process = pid_t::try_from(child.id()).expect("a process");
    let mut tracer = Tracer {
        process,
        thread: first_thread(process),
        file,
        calls: Vec::new(),
        fault,
        failing: None,
        has_begun: false,
    };
    tracer.follow();
    let code = child.wait().expect("its end").code();
    let mut stderr = String::new();
    let mut pipe = child.stderr.take().expect("piped");
    pipe.read_to_string(&mut stderr).expect("UTF-8");
    Some(Traced {
        code,
        stderr,
        calls: tracer.calls,
    })
}

/// Returns the first thread that a process starts, before its first call. The main thread is no
/// longer traced then.
fn first_thread(process: pid_t) -> pid_t {
    stopped(process).expect("it stops at its start");
    let options = libc::PTRACE_O_TRACESYSGOOD | libc::PTRACE_O_EXITKILL;
    let with_threads = options | libc::PTRACE_O_TRACECLONE;
    request(process, libc::PTRACE_SETOPTIONS, 0, with_threads as usize);
    let mut signal = 0;
    loop {
        request(process, libc::PTRACE_CONT, 0, signal);
        let status = stopped(process).expect("it starts a thread");
        if status >> 8 == libc::SIGTRAP | libc::PTRACE_EVENT_CLONE << 8 {
            break;
        }
        signal = libc::WSTOPSIG(status) as usize;
    }
    let mut message: libc::c_ulong = 0;
    request(
        process,
        libc::PTRACE_GETEVENTMSG,
        0,
        &raw mut message as usize,
    );
    let thread = pid_t::try_from(message).expect("a thread");
    stopped(thread).expect("a thread stops at its start");
    // The threads that it starts are not traced.
    request(thread, libc::PTRACE_SETOPTIONS, 0, options as usize);
    request(process, libc::PTRACE_DETACH, 0, 0);
    request(thread, libc::PTRACE_SYSCALL, 0, 0);
    thread
}

/// Waits until a traced thread stops; returns the status, or none if the thread ended.
fn stopped(thread: pid_t) -> Option<c_int> {
    let mut status = 0;
    // SAFETY: `status` is a place for the status of a thread that nobody else waits for.
    let waited = unsafe { libc::waitpid(thread, &raw mut status, libc::__WALL) };
    assert_eq!(waited, thread, "{}", Error::last_os_error());
    libc::WIFSTOPPED(status).then_some(status)
}

fn request(thread: pid_t, request: libc::c_uint, address: usize, data: usize) {
    // SAFETY: of these requests, only `PTRACE_GETEVENTMSG` writes to this process, to the place
    // that its caller gives.
    unsafe {
        libc::ptrace(request, thread, address as *mut c_void, data as *mut c_void);
    }
}

struct Tracer<'a> {
    process: pid_t,
    thread: pid_t,
    file: &'a str,
    calls: Vec<Call>,
    fault: Option<(usize, Fault)>,
    /// The error that the call that was begun is to return.
    failing: Option<c_int>,
    has_begun: bool,
}

impl Tracer<'_> {
    /// Follows the thread to its end.
    fn follow(&mut self) {
        while let Some(status) = stopped(self.thread) {
            let mut signal = libc::WSTOPSIG(status);
            if signal == libc::SIGTRAP | 0x80 {
                self.at_call();
                signal = 0;
            }
            request(self.thread, libc::PTRACE_SYSCALL, 0, signal as usize);
        }
    }

    fn at_call(&mut self) {
        // SAFETY: all bytes zero is a value of this type, which `ptrace` fills.
        let mut info: libc::ptrace_syscall_info = unsafe { std::mem::zeroed() };
        let size = size_of_val(&info);
        // SAFETY: the place has the size that is given.
        unsafe {
            libc::ptrace(
                libc::PTRACE_GET_SYSCALL_INFO,
                self.thread,
                size as *mut c_void,
                &raw mut info,
            );
        }
        if info.op == libc::PTRACE_SYSCALL_INFO_EXIT {
            if let Some(error) = self.failing.take() {
                self.set_register(registers::RESULT, -i64::from(error));
            }
            return;
        }
        if info.op != libc::PTRACE_SYSCALL_INFO_ENTRY {
            return;
        }
        // SAFETY: the kernel says that this is the entry of a call.
        let entry = unsafe { info.u.entry };
        self.has_begun |= self.opens_file(&entry.args, entry.nr.cast_signed());
        if !self.has_begun {
            return;
        }
        let number = self.calls.len();
        self.calls.push(Call {
            number: entry.nr.cast_signed(),
            is_of_pipe: self.is_pipe(entry.args[0]),
        });
        match self.fault {
            Some((at, Fault::Kill)) if at == number => {
                // SAFETY: the process is a child that was not waited for to its end.
                unsafe { libc::kill(self.process, libc::SIGKILL) };
            }
            Some((at, Fault::Error(error))) if at == number => {
                self.set_register(registers::NUMBER, -1);
                self.failing = Some(error);
            }
            _ => {}
        }
    }

    fn set_register(&self, register: usize, value: i64) {
        let value = value.cast_unsigned() as usize;
        request(self.thread, libc::PTRACE_POKEUSER, register, value);
    }

    fn is_pipe(&self, descriptor: u64) -> bool {
        let target = std::fs::read_link(format!("/proc/{}/fd/{descriptor}", self.process));
        target.is_ok_and(|target| !target.starts_with("/") || target.starts_with("/dev"))
    }

    fn opens_file(&self, arguments: &[u64; 6], number: i64) -> bool {
        let access = arguments[2] & u64::from(libc::O_ACCMODE.cast_unsigned());
        if number != libc::SYS_openat || access == 0 {
            return false;
        }
        let memory = std::fs::File::open(format!("/proc/{}/mem", self.process)).expect("is there");
        let mut path = [0; 512];
        let read = memory.read_at(&mut path, arguments[1]).unwrap_or(0);
        let path = path[..read]
            .split(|byte| *byte == 0)
            .next()
            .unwrap_or_default();
        path.ends_with(self.file.as_bytes())
    }
}

/// Whether calls can be made to fail here: where the registers are known.
pub(super) const FAILS_CALLS: bool = cfg!(target_arch = "x86_64");

/// Where the registers of a call are in `struct user` (`sys/user.h`).
mod registers {
    /// `orig_rax`: the number of the call.
    pub(super) const NUMBER: usize = 15 * 8;
    /// `rax`: what it returns.
    pub(super) const RESULT: usize = 10 * 8;
}
