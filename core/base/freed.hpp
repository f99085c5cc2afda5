// The owner's half of what a C library makes: how it is given back.
#pragma once

namespace rf {

/// For std::unique_ptr: `std::unique_ptr<X509, Freed<X509_free>>`.
template <auto Free>
struct Freed {
  template <class T>
  void operator()(T* object) const {
    Free(object);
  }
};

}  // namespace rf
