// Listing what BTF names: functions, raw tracepoints, iterators.
#pragma once

#include "kernel/btf.h"
#include "probes/listing.h"

namespace trc::probes {

/// The C declaration of each argument that is listed with a name, by its module's BTF, in
/// which it has an id.
using ListArguments =
    std::function<std::vector<std::string>(const Btf& btf, const std::string& name, uint32_t type_id)>;

/// Adds what is wanted of the names in the kernel's BTF and that of its modules that begin with `prefix`,
/// which is taken off, and are of this kind (BTF_KIND_…).
Result<void> list_btf_names(const ListRequest& request, std::string_view type, std::string_view prefix,
                            uint32_t kind, const ListArguments& arguments);

/// "TYPE NAME" of each parameter.
std::vector<std::string> declarations(const Btf& btf, const std::vector<BtfParameter>& parameters);

} // namespace trc::probes
