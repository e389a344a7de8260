// ENVIRONMENT and ENVIRONMENT_MODIFICATION. Each row was tried with ctest 3.25.1, VI=inh and VE= in its environment.
#include "discover/ctest_environment.h"

#include "unit/discover/suite_fixture.h"

namespace hutch::discover
{
namespace
{

const Words inherited{"VI=inh", "VE="};

TEST(CtestEnvironment, AsCtestDoesIt)
{
    struct Case {
        Words environment, modifications, result;
    };
    const Case cases[] = {
        {{}, {}, {}},
        {{"VA=1", "VB=two"}, {"VA=string_append:2", "VA=string_prepend:0", "VN=string_append:x", "VE=string_append:y"},
         {"VA=012", "VB=two", "VN=x", "VE=y"}},
        {{}, {"VN=path_list_append:/a", "VN=path_list_append:/b", "VE=path_list_append:/c", "VI=path_list_prepend:/p", "VI=path_list_append:"},
         {"VN=/a:/b", "VE=/c", "VI=/p:inh:"}},
        {{}, {"VN=cmake_list_append:a", "VN=cmake_list_prepend:b", "VE=cmake_list_append:c", "VI=cmake_list_append:"},
         {"VN=b;a", "VE=c", "VI=inh;"}},
        {{"VI=changed", "VX=new"}, {"VI=reset:", "VX=reset:", "VE=unset:"}, {"VI=changed", "VX=new", "VE"}},
        {{}, {"VI=unset:", "VI=string_append:after", "VN=unset:"}, {"VI=inhafter", "VN"}},
        {{}, {"VI=set:a:b=c", "VE=set:"}, {"VI=a:b=c", "VE="}},
        {{}, {"VI=reset:foo", "VE=unset:foo"}, {"VE"}},
        {{}, {"=set:x"}, {}},
        {{"VA=1", "VA=2"}, {"VA=path_list_append:x", "VA=reset:", "VA=string_append:z"}, {"VA=2z"}},
        {{"VI="}, {"VI=path_list_append:x"}, {"VI=x"}},
        {{"VI=changed"}, {"VI=unset:", "VI=reset:"}, {"VI=changed"}},
        {{"VI", "VQ=1", "=x"}, {}, {"VI", "VQ=1"}},
        {{"VI"}, {"VI=path_list_append:x"}, {"VI=x"}},
    };
    for (const Case& each : cases) {
        const auto result = ctest_environment(each.environment, each.modifications, inherited);
        ASSERT_TRUE(result) << result.error().message;
        EXPECT_EQ(*result, each.result);
    }
}

TEST(CtestEnvironment, Errors)
{
    struct Case {
        const char *modification, *message;
    };
    const Case cases[] = {
        {"VI", "ENVIRONMENT_MODIFICATION 'VI' has no '=' after the variable's name"},
        {"", "ENVIRONMENT_MODIFICATION '' has no '=' after the variable's name"},
        {"VI=set", "ENVIRONMENT_MODIFICATION 'VI=set' has no ':' after the operation"},
        {"VI=bogus:x", "ENVIRONMENT_MODIFICATION 'VI=bogus:x': there is no operation 'bogus'"},
        {"VI=SET:x", "ENVIRONMENT_MODIFICATION 'VI=SET:x': there is no operation 'SET'"},
    };
    for (const Case& each : cases) {
        const auto result = ctest_environment({}, Words{"A=set:1", each.modification}, inherited);
        ASSERT_FALSE(result) << each.modification;
        EXPECT_EQ(result.error().message, each.message);
    }
}

} // namespace
} // namespace hutch::discover
