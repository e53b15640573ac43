"""Which system calls a locked child may make: an allow-list for numpy code that talks over one open descriptor."""

ALLOWED = (
    # the conversation and the captured output
    *("read", "readv", "write", "writev", "close", "fstat", "lseek", "poll", "ppoll", "select", "pselect6"),
    # memory; mmap and mprotect are limited to non-executable memory below
    *("munmap", "mremap", "brk", "madvise"),
    # signals and locks inside the process
    *("futex", "rt_sigaction", "rt_sigprocmask", "rt_sigreturn", "sigaltstack", "restart_syscall"),
    *("membarrier", "rseq", "set_robust_list"),
    # time, randomness for hashing, own identity
    *("nanosleep", "gettimeofday", "time", "times", "getrandom", "sched_yield"),
    *("getpid", "gettid", "getuid", "geteuid", "getgid", "getegid", "getrusage", "sysinfo"),
    # the end
    *("exit", "exit_group"),
)

WITHOUT_EXEC = ("mmap", "mprotect")
"""Allowed unless their third argument holds PROT_EXEC."""

QUERY_FCNTL = (1, 3)
"""F_GETFD and F_GETFL, the only commands of fcntl that are allowed (linux/fcntl.h)."""

OWN_CLOCKS = ("clock_gettime", "clock_getres", "clock_nanosleep")
"""Allowed for the clocks that have a name; the clock of another process has a number above all of these."""

CLOCKS = 16
"""Named clocks are numbered below this (linux/time.h)."""

KILLED = (
    # No numpy code makes one of these by accident: the parent sees SIGSYS and labels the program.
    *("execve", "execveat", "ptrace", "process_vm_readv", "process_vm_writev", "process_madvise", "kcmp"),
    *("bpf", "perf_event_open", "userfaultfd", "io_uring_setup", "io_uring_enter", "io_uring_register"),
    *("unshare", "setns", "mount", "umount2", "pivot_root", "chroot", "open_tree", "move_mount", "fsopen", "fsconfig"),
    *("fsmount", "fspick", "mount_setattr", "init_module", "finit_module", "delete_module", "kexec_load"),
    *("kexec_file_load", "reboot", "swapon", "swapoff", "add_key", "request_key", "keyctl", "open_by_handle_at"),
    *("name_to_handle_at", "acct", "quotactl", "settimeofday", "clock_settime", "adjtimex", "clock_adjtime"),
    *("sethostname", "setdomainname", "iopl", "ioperm", "seccomp", "landlock_create_ruleset"),
)

ANSWERED = {"ioctl": 25, "clone3": 38}
"""Refused as libraries expect it: ioctl with ENOTTY, as on pipes; clone3 with ENOSYS, as in an old kernel."""

REFUSED = 1
"""EPERM, the answer to every other call."""

LIMITED = (*WITHOUT_EXEC, *OWN_CLOCKS, "fcntl", "tgkill", "sched_getaffinity")
"""Calls that are allowed for some arguments only."""

SET_UP = ("pivot_root", "landlock_create_ruleset", "landlock_restrict_self")
"""Calls that the layers themselves make by number, before the filter stands."""

EVERY_NAME = frozenset((*ALLOWED, *KILLED, *ANSWERED, *LIMITED, *SET_UP))
"""Everything whose number must be known."""
