// What a tuple stands for where it is shown otherwise than as a tuple.
#pragma once

#include <cstdint>
#include <string_view>

namespace trc {

enum class Presentation : uint8_t {
  none, ///< shown as what it is
#define PRESENTATION(id, spelling) id,
#include "program/presentations.def"
#undef PRESENTATION
};

/// Of the type, as messages name it; "" for none.
inline constexpr std::string_view kPresentationSpellings[] = {
    "",
#define PRESENTATION(id, spelling) spelling,
#include "program/presentations.def"
#undef PRESENTATION
};

constexpr std::string_view spelling(Presentation presentation) {
  return kPresentationSpellings[static_cast<size_t>(presentation)];
}

} // namespace trc
