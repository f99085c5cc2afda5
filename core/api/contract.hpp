// The contract of the API as an OpenAPI 3.1 document, made from the same data as the API itself.
#pragma once

#include <string>

namespace rf::api {

/// The whole of api/openapi.yaml: every operation with its parameters, permission, answer and errors. The same bytes
/// each time; a test holds the file in the tree against it. Source: OpenAPI 3.1.0, JSON Schema 2020-12, YAML 1.2.
std::string contract();

}  // namespace rf::api
