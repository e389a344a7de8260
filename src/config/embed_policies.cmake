# policies/*.toml → a C++ file with their text. cmake -D OUT=FILE -D DIR=policies -P embed_policies.cmake
file(GLOB files ${DIR}/*.toml)
list(SORT files)
set(rows "")
foreach(file ${files})
  get_filename_component(name ${file} NAME_WE)
  file(READ ${file} text)
  string(APPEND rows "    {\"${name}\", R\"~policy~(${text})~policy~\"},\n")
endforeach()
file(WRITE ${OUT}.new "// Made of policies/*.toml by src/config/embed_policies.cmake.
#include \"config/builtin_policies.h\"

namespace hutch::config
{
namespace
{

constexpr BuiltinPolicy table[] = {
${rows}};

} // namespace

std::span<const BuiltinPolicy> builtin_policies()
{
    return table;
}

} // namespace hutch::config
")
file(COPY_FILE ${OUT}.new ${OUT} ONLY_IF_DIFFERENT)
file(REMOVE ${OUT}.new)
