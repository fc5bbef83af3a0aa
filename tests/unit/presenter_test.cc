// Values that are shown otherwise than as their parts, and what is asked of the system for that.
#include <arpa/inet.h>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <gtest/gtest.h>
#include <pwd.h>
#include <sys/stat.h>

#include "output/gfp_flags.h"
#include "runtime/cgroups.h"
#include "runtime/clocks.h"
#include "runtime/pcap_file.h"
#include "runtime/presenter.h"

namespace trc::runtime {
namespace {

using output::Value;

Value number(uint64_t n) { return {n}; }

Value bytes(std::initializer_list<unsigned> list) {
  output::Array array;
  for (unsigned byte : list)
    array.elements.push_back(number(byte));
  return {array};
}

std::string shown(Presentation presentation, std::vector<Value> parts, const Manifest& manifest = {}) {
  Value value = {output::Tuple{std::move(parts)}};
  Presenter(manifest).present({.kind = ValueKind::tuple, .presentation = presentation}, value);
  const auto* text = std::get_if<std::string>(&value.data);
  return text != nullptr ? *text : "not shown";
}

TEST(Presenter, Addresses) {
  EXPECT_EQ(shown(Presentation::mac_address, {bytes({0, 0x1a, 255, 3, 4, 0xab})}), "00:1A:FF:03:04:AB");
  EXPECT_EQ(shown(Presentation::ip_address,
                  {number(AF_INET), bytes({127, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0})}),
            "127.0.0.1");
  EXPECT_EQ(shown(Presentation::ip_address,
                  {number(AF_INET6), bytes({0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1})}),
            "::1");
  EXPECT_EQ(
      shown(Presentation::ip_address, {number(1), bytes({0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1})}),
      "(family 1)");
}

TEST(Presenter, LeavesWhatLacksParts) {
  for (Presentation presentation :
       {Presentation::mac_address, Presentation::ip_address, Presentation::user_name,
        Presentation::cgroup_path, Presentation::timestamp}) {
    EXPECT_EQ(shown(presentation, {}), "not shown");
    EXPECT_EQ(shown(presentation, {bytes({1})}).find("::"), std::string::npos);
  }
  EXPECT_EQ(shown(Presentation::timestamp, {number(1), number(5), number(0)}), "not shown");
}

TEST(Presenter, Users) {
  EXPECT_EQ(shown(Presentation::user_name, {number(0)}), getpwuid(0)->pw_name);
  EXPECT_EQ(shown(Presentation::user_name, {number(4'000'000'000)}), "");
  const std::string file = testing::TempDir() + "passwd";
  std::ofstream(file) << "a:x:5:1::/:\nbroken\nb:x:5:1::/:\nc:x:-1:1::\nd:x:6";
  Users users(file);
  EXPECT_EQ(users.name(5), "a");
  EXPECT_EQ(users.name(6), "d");
  EXPECT_EQ(users.name(7), "");
  EXPECT_EQ(Users("/no/such/file").name(0), "");
}

TEST(Presenter, Times) {
  setenv("TZ", "UTC", 1);
  tzset();
  Manifest manifest;
  manifest.texts = {"%Y-%m-%d %H:%M:%S.%f|%l|%k|%%f"};
  const uint64_t time = 1'700'000'000'012'345'678; // 2023-11-14 22:13:20 UTC
  const std::string expected = "2023-11-14 22:13:20.012345|012|012345678|%f";
  EXPECT_EQ(formatted_time(manifest.texts[0], time), expected);
  // So large a number counts from 1970.
  EXPECT_EQ(shown(Presentation::timestamp, {number(time), number(0), number(0)}, manifest), expected);
  EXPECT_EQ(formatted_time("", time), "");
  EXPECT_EQ(formatted_time("%", time), "%");
  manifest.texts = {"%s"};
  const uint64_t boot = nanoseconds_of(CLOCK_BOOTTIME);
  const auto now = std::time(nullptr);
  EXPECT_NEAR(std::stoll(shown(Presentation::timestamp, {number(boot), number(0), number(0)}, manifest)), now,
              2);
  EXPECT_NEAR(std::stoll(shown(Presentation::timestamp,
                               {number(nanoseconds_of(CLOCK_TAI)), number(0), number(2)}, manifest)),
              now, 2);
}

TEST(Presenter, CgroupPaths) {
  const std::string root = testing::TempDir() + "cgroups";
  for (const char* directory : {"", "/one", "/one/a", "/one/a/b", "/two"})
    mkdir((root + directory).c_str(), 0755);
  std::ofstream(root + "/mounts") << "tmpfs " + root + " tmpfs rw 0 0\ncgroup " + root +
                                         "/two cgroup rw 0 0\ncgroup2 " + root + "/one cgroup2 rw 0 0\n";
  struct stat b, two;
  ASSERT_EQ(stat((root + "/one/a/b").c_str(), &b) + stat((root + "/two").c_str(), &two), 0);
  Cgroups cgroups(root + "/mounts");
  EXPECT_EQ(cgroups.path(b.st_ino, "*"), "unified:/a/b");
  EXPECT_EQ(cgroups.path(b.st_ino, "unified"), "unified:/a/b");
  EXPECT_EQ(cgroups.path(two.st_ino, "*"), "two:/");
  EXPECT_EQ(cgroups.path(two.st_ino, "uni*"), std::to_string(two.st_ino));
}

TEST(GfpFlags, Names) {
  EXPECT_EQ(output::gfp_flags(0), "0");
  EXPECT_EQ(output::gfp_flags(0xcc0), "GFP_KERNEL");
  EXPECT_EQ(output::gfp_flags(0xdc0), "GFP_KERNEL|__GFP_ZERO");
  EXPECT_EQ(output::gfp_flags(0x820), "GFP_ATOMIC");
  EXPECT_EQ(output::gfp_flags(0x140cca), "GFP_HIGHUSER_MOVABLE|__GFP_COMP");
  EXPECT_EQ(output::gfp_flags(uint64_t{1} << 40 | 1), "GFP_DMA|0x10000000000");
}

TEST(PcapFile, Bytes) {
  const std::string path = testing::TempDir() + "packets.pcap";
  {
    auto file = PcapFile::create(path);
    ASSERT_TRUE(file);
    EXPECT_TRUE(file->write(3'000'000'007, 100, "abc"));
  }
  std::ifstream in(path, std::ios::binary);
  const std::string all{std::istreambuf_iterator<char>(in), {}};
  ASSERT_EQ(all.size(), 24U + 16 + 3);
  uint32_t words[10];
  std::memcpy(words, all.data(), sizeof words);
  EXPECT_EQ(words[0], 0xa1b23c4dU);
  EXPECT_EQ(words[5], 1U); // Ethernet
  EXPECT_EQ((std::vector<uint32_t>(words + 6, words + 10)), (std::vector<uint32_t>{3, 7, 3, 100}));
  EXPECT_EQ(all.substr(40), "abc");
  EXPECT_FALSE(PcapFile::create("/no/such/folder/x.pcap"));
}

} // namespace
} // namespace trc::runtime
