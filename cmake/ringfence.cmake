# How every target of this project is built: one place for the language level, the warnings and the shape of a room.

option(RINGFENCE_TESTS "Build tests, simulation and benches" ON)
option(RINGFENCE_FUZZ "Build the libFuzzer targets (clang)" OFF)
set(RINGFENCE_SANITIZE "" CACHE STRING "Sanitizers, as for -fsanitize= (address,undefined or thread)")

set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
endif()

add_compile_options(-Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Werror -fstack-protector-strong)
if(CMAKE_BUILD_TYPE STREQUAL "Release")
  add_compile_definitions(_FORTIFY_SOURCE=2)
  add_link_options(-Wl,-z,relro,-z,now)
endif()
if(RINGFENCE_SANITIZE)
  add_compile_options(-fsanitize=${RINGFENCE_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${RINGFENCE_SANITIZE})
endif()
if(RINGFENCE_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
include_directories(${CMAKE_SOURCE_DIR})

# ringfence_room(sip DEPENDS rf_base ...): one folder = one static library rf_<name>, made of every .cpp directly in it.
function(ringfence_room name)
  cmake_parse_arguments(ROOM "" "" "DEPENDS" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp)
  if(sources)
    add_library(rf_${name} STATIC ${sources})
    target_link_libraries(rf_${name} PUBLIC ${ROOM_DEPENDS})
  else()
    add_library(rf_${name} INTERFACE)
    target_link_libraries(rf_${name} INTERFACE ${ROOM_DEPENDS})
  endif()
endfunction()

# ringfence_test(sip DEPENDS rf_sip ... [LABELS unit]): every .cpp directly in the calling folder becomes one GoogleTest
# binary, each TEST its own CTest case.
function(ringfence_test name)
  cmake_parse_arguments(T "" "" "DEPENDS;LABELS" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp)
  add_executable(test_${name} ${sources})
  target_link_libraries(test_${name} PRIVATE ${T_DEPENDS} GTest::gmock GTest::gtest_main)
  add_test(NAME ${name} COMMAND test_${name} --gtest_brief=1)
  set_tests_properties(${name} PROPERTIES LABELS "${T_LABELS}" TIMEOUT 600)
endfunction()
