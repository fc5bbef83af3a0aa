#include "trc_runner.h"

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <sys/wait.h>
#include <unistd.h>

namespace differential {
namespace {

/// Expressions in one probe: a program of some thousand instructions. Each has its own variables, and its
/// value is sent off at once: of what is kept the verifier follows every path through all expressions.
constexpr size_t kProbe = 100;

/// A file that goes away.
class Scratch {
public:
  Scratch() {
    char path[] = "/tmp/trc-differential-XXXXXX";
    const int fd = mkstemp(path);
    if (fd >= 0) close(fd);
    path_ = path;
  }
  ~Scratch() { std::remove(path_.c_str()); }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  const std::string& path() const { return path_; }
  void write(const std::string& text) const { std::ofstream(path_) << text; }
  std::string read() const {
    std::ostringstream text;
    text << std::ifstream(path_).rdbuf();
    return text.str();
  }

private:
  std::string path_;
};

/// What a command prints; its errors go to `errors`.
std::string output_of(const std::string& command, const Scratch& errors, int& status) {
  std::string output;
  std::FILE* pipe = popen((command + " 2> " + errors.path() + " < /dev/null").c_str(), "r");
  if (pipe == nullptr) return output;
  char block[65536];
  while (size_t size = std::fread(block, 1, sizeof block, pipe))
    output.append(block, size);
  status = pclose(pipe);
  return output;
}

/// The first probe: it gives the maps their values.
std::string assignments(const std::vector<Leaf>& leaves) {
  std::string text = "begin {\n";
  for (const Leaf& leaf : leaves)
    text += "  @" + leaf.name.substr(1) + " = " + constant_text(leaf) + ";\n";
  return text + "}\n";
}

/// Of those variables that the expression has.
std::string declarations(const std::vector<Leaf>& leaves, const std::string& expression) {
  std::string text;
  for (const Leaf& leaf : leaves) {
    if (leaf.name[0] != '$' || !expression.contains(leaf.name)) continue;
    const std::string type(kTypes[leaf.type].name);
    text += "let " + leaf.name + " : " + type + " = (" + type + ")@" + leaf.name.substr(1) + "; ";
  }
  return text;
}

std::string script_of(const std::vector<Leaf>& leaves, const std::vector<std::string>& expressions) {
  std::string text = assignments(leaves);
  for (size_t i = 0; i < expressions.size(); ++i) {
    if (i % kProbe == 0) text += "begin {\n";
    text += "  { " + declarations(leaves, expressions[i]) + "print(" + expressions[i] + "); }\n";
    if ((i + 1) % kProbe == 0 || i + 1 == expressions.size()) text += "}\n";
  }
  return text;
}

/// One a line, up to the empty ones before the maps. A map by itself is printed with its name.
std::vector<std::string> values_of(const std::string& output) {
  std::vector<std::string> values;
  std::istringstream lines(output);
  for (std::string line; std::getline(lines, line) && !line.empty();)
    values.push_back(line.starts_with('@') ? line.substr(line.find(": ") + 2) : line);
  return values;
}

} // namespace

std::optional<std::vector<std::string>> run(const Program& trc, const std::vector<Leaf>& leaves,
                                            const std::vector<std::string>& expressions, std::string& error) {
  const Scratch script, errors;
  script.write(script_of(leaves, expressions));
  int status = -1;
  const std::string output = output_of(trc.path + " -q --no-warnings " + script.path(), errors, status);
  std::vector<std::string> values = values_of(output);
  if (status == 0 && values.size() == expressions.size()) return values;
  error = "trc ended with status " + std::to_string(WEXITSTATUS(status)) + " and " +
          std::to_string(values.size()) + " of " + std::to_string(expressions.size()) + " values\n" +
          errors.read().substr(0, 4000);
  return std::nullopt;
}

std::set<size_t> refused(const Program& trc, const std::vector<std::string>& expressions) {
  const Scratch script, errors;
  std::string text = "begin {\n";
  for (const std::string& expression : expressions)
    text += "print(" + expression + ");\n";
  script.write(text + "}\n");
  int status = -1;
  output_of(trc.path + " --dry-run --no-warnings --kernel " + trc.kernel + " " + script.path(), errors,
            status);
  std::set<size_t> lines;
  std::istringstream messages(errors.read());
  for (std::string line; std::getline(messages, line);) {
    if (!line.starts_with(script.path() + ":") || line.find(": error: ") == line.npos) continue;
    lines.insert(std::strtoul(line.c_str() + script.path().size() + 1, nullptr, 10) - 2);
  }
  return lines;
}

} // namespace differential
