// Sizes that the kernel sets, and those that we set so that the kernel's are never met.
#pragma once

#include "base/diagnostic.h"
#include "kernel/kernel.h"
#include "semantic/typed_program.h"

namespace trc {

/// What all variables of a probe and the values of one statement can take together. Each CPU has so much for
/// each probe; the kernel allows 4 MiB (KMALLOC_MAX_SIZE, include/linux/slab.h).
constexpr uint32_t kMostScratch = 512 * 1024;
/// Of one value: a tuple of many strings.
constexpr uint32_t kMostValue = 256 * 1024;
/// Of the key of a map. It is hashed and compared as a whole, and the kernel takes memory for it in one
/// piece, without waiting.
constexpr uint32_t kMostKey = 64 * 1024;

/// Frames of a stack that a script can ask for (language.md 3.1), and what it gets without asking: what the
/// kernel unwinds unless it is told otherwise (sysctl kernel.perf_event_max_stack).
constexpr uint32_t kMostFrames = 1024, kUsualFrames = 127;

/// How deep loops and calls of functions can stand in one another: each takes a frame of the kernel's call
/// stack, which has 8 with the probe's own (MAX_CALL_FRAMES, include/linux/bpf_verifier.h).
constexpr uint32_t kMostNested = 7;

/// Of a value of a per-CPU hash table: PCPU_MIN_UNIT_SIZE (include/linux/percpu.h).
constexpr uint32_t kMostPerCpuValue = 32 * 1024;
/// Of a scalar on all CPUs together: the verifier takes offsets up to 512 MiB (BPF_MAX_VAR_OFF,
/// include/linux/bpf_verifier.h), and all scalars lie in one map.
constexpr uint64_t kMostScalar = 128 << 20;

/// Of an aggregation's memory.
uint64_t bytes_per_cpu(const Type& aggregation);

/// Keys of maps; how deep loops and functions are nested; what programs and their events need.
void check_limits(const typed::Program& program, const Kernel& kernel, Diagnostics& diagnostics);

} // namespace trc
