"""What a test may require of the machine. Each feature is asked for once; a name that is not here is a mistake."""

import ctypes
import functools
import os
import platform
import re
import shutil
import subprocess
import tempfile

import harness


def exists(path):
    return lambda: os.path.exists(path)


def can_use_bpf():
    """bpf(BPF_MAP_CREATE) of a small array."""
    bpf_call = {"x86_64": 321, "aarch64": 280}.get(platform.machine())
    if bpf_call is None:
        return False
    # type BPF_MAP_TYPE_ARRAY, key 4, value 8, one entry, no flags
    attributes = (ctypes.c_uint32 * 32)(2, 4, 8, 1, 0)
    fd = ctypes.CDLL(None, use_errno=True).syscall(bpf_call, 0, ctypes.byref(attributes), ctypes.sizeof(attributes))
    if fd >= 0:
        os.close(fd)
    return fd >= 0


def has_tracefs():
    if os.path.isdir("/sys/kernel/tracing/events"):
        return True
    # trc mounts it itself.
    with open("/proc/filesystems", encoding="ascii") as file:
        return "tracefs" in file.read() and os.geteuid() == 0


def can_make_pid_namespaces():
    """Not in a chroot, whose root can't be made private."""
    command = ["unshare", "--pid", "--fork", "--mount-proc", "true"]
    try:
        return subprocess.run(command, stderr=subprocess.DEVNULL, timeout=10).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def can_load(script):
    """Whether the kernel takes a program; some are built or locked so that they refuse. Asked of trc itself: there is no other
    sign of it than the attempt."""
    command = [harness.DEFAULT_TRC, "-q", "--unsafe", "--dry-run", "-e", script]
    return subprocess.run(command, capture_output=True).returncode == 0


def can_load_fentry():
    return os.path.exists("/sys/kernel/btf/vmlinux") and can_load("fentry:vfs_read { exit(); }")


def has_kernel_addresses():
    """/proc/kallsyms hides them from some, and kernels differ in what they list."""
    with open("/proc/kallsyms", encoding="ascii", errors="replace") as file:
        return any(line.rstrip().endswith(" jiffies_64") and int(line.split()[0], 16) for line in file)


def has_block_device():
    """Whether temporary files are on one."""
    device = os.stat(tempfile.gettempdir()).st_dev
    return os.path.exists(f"/sys/dev/block/{os.major(device)}:{os.minor(device)}")


FEATURES = {
    "block_device": has_block_device,
    "fentry": can_load_fentry,
    "root": lambda: os.geteuid() == 0,
    "bpf": can_use_bpf,
    "btf": exists("/sys/kernel/btf/vmlinux"),
    "tracefs": has_tracefs,
    "kprobe": exists("/sys/bus/event_source/devices/kprobe"),
    "no_kprobe": lambda: not os.path.exists("/sys/bus/event_source/devices/kprobe"),
    "uprobe": exists("/sys/bus/event_source/devices/uprobe"),
    "software_events": exists("/sys/bus/event_source/devices/software"),
    "hardware_events": exists("/sys/bus/event_source/devices/cpu"),
    "no_hardware_events": lambda: not os.path.exists("/sys/bus/event_source/devices/cpu"),
    "kernel_addresses": has_kernel_addresses,
    "breakpoints": exists("/sys/bus/event_source/devices/breakpoint"),
    "write_user": lambda: can_load("begin { $x = 1; if (nsecs == 0) { write_user(uptr(0), &$x, 8); } }"),
    "cpus": lambda: len(os.sched_getaffinity(0)) > 1,
    "x86_64": lambda: platform.machine() == "x86_64",
    "pid_namespaces": can_make_pid_namespaces,
    "fixture": lambda: harness.FIXTURE.is_dir(),
}


def at_least_kernel(version):
    numbers = [int(number) for number in re.findall(r"\d+", platform.release())[:2]]
    return numbers >= [int(number) for number in version.split(".")]


@functools.lru_cache(None)
def has(feature):
    if feature in FEATURES:
        return FEATURES[feature]()
    if feature.startswith("kernel>="):
        return at_least_kernel(feature.removeprefix("kernel>="))
    if feature.startswith("command:"):
        return shutil.which(feature.removeprefix("command:")) is not None
    if feature.startswith("file:"):
        return os.path.exists(feature.removeprefix("file:"))
    raise SystemExit(f"REQUIRES {feature}: no such feature in tests/runtime/features.py")


def missing(features):
    """The first that this machine lacks, or None."""
    return next((feature for feature in features if not has(feature)), None)
