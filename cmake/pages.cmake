# Makes a source file that carries every file of a folder within the program, with a compressed copy of what that shortens:
#   cmake -DFOLDER=build/portal/dist -DOUT=build/pages -P cmake/pages.cmake
# A page x.html is served as /x, index.html as / and as /login (one-time links, and the way back from a provider), everything
# else by its name; what lies in assets/ has its content's hash in its name.

set(types html "text/html\; charset=utf-8" js "text/javascript\; charset=utf-8" css "text/css\; charset=utf-8"
          svg image/svg+xml png image/png ico image/x-icon json application/json webmanifest application/manifest+json
          woff2 font/woff2 mp3 audio/mpeg wav audio/wav ogg audio/ogg txt "text/plain\; charset=utf-8")

file(MAKE_DIRECTORY ${OUT})
file(GLOB_RECURSE files RELATIVE ${FOLDER} ${FOLDER}/*)
list(SORT files)
set(blobs "")
set(rows "")
set(number 0)
foreach(name IN LISTS files)
  get_filename_component(extension ${name} LAST_EXT)
  string(SUBSTRING "${extension}" 1 -1 extension)
  list(FIND types "${extension}" at)
  if(at EQUAL -1)
    message(FATAL_ERROR "${name}: which type is that? Name it in cmake/pages.cmake")
  endif()
  math(EXPR at "${at} + 1")
  list(GET types ${at} type)
  set(path /${name})
  string(REGEX REPLACE "\\.html$" "" path ${path})
  string(REGEX REPLACE "^/index$" "/" path ${path})
  set(immutable false)
  if(name MATCHES "^assets/")
    set(immutable true)
  endif()
  file(SHA256 ${FOLDER}/${name} hash)
  string(SUBSTRING ${hash} 0 32 tag)
  set(small ${OUT}/${number}.gz)
  execute_process(COMMAND gzip -9 -n -c ${FOLDER}/${name} OUTPUT_FILE ${small} COMMAND_ERROR_IS_FATAL ANY)
  file(SIZE ${FOLDER}/${name} full_size)
  file(SIZE ${small} small_size)
  string(APPEND blobs "BLOB(page_${number}, \"${FOLDER}/${name}\")\n")
  set(compressed "{}")
  if(small_size LESS full_size)
    string(APPEND blobs "BLOB(small_${number}, \"${small}\")\n")
    set(compressed "TEXT(small_${number})")
  endif()
  set(paths ${path})
  if(path STREQUAL "/")
    list(APPEND paths /login)
  endif()
  foreach(path IN LISTS paths)
    string(APPEND rows "    {\"${path}\", \"${type}\", TEXT(page_${number}), ${compressed}, \"${tag}\", ${immutable}},\n")
  endforeach()
  math(EXPR number "${number} + 1")
endforeach()

file(WRITE ${OUT}/pages.cpp.new "// Made by cmake/pages.cmake.
#include \"app/pages.hpp\"

#define BLOB(name, file)                                                                             \\
  asm(\".pushsection .rodata\\n.balign 16\\n\" #name \"_begin:\\n.incbin \\\"\" file \"\\\"\\n\" #name \"_end:\\n.byte 0\\n.popsection\"); \\
  extern \"C\" const char name##_begin[], name##_end[];
#define TEXT(name) {name##_begin, static_cast<std::size_t>(name##_end - name##_begin)}

${blobs}
namespace rf::app {

std::span<const web::Asset> pages() {
  static const web::Asset all[] = {
${rows}  };
  return all;
}

}  // namespace rf::app
")
file(COPY_FILE ${OUT}/pages.cpp.new ${OUT}/pages.cpp)
