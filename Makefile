# One job a line; the work is in CMake, CTest and tools/. See HACKING.md.

DATA ?= $(CURDIR)/data
PORT ?= 5060
TLS_PORT ?= 5061
WSS_PORT ?= 5065
WEB_PORT ?= 8443
SEED ?= 1
WORLDS ?= 10
PEOPLE ?= 500
DAYS ?= 92
SECONDS ?= 120
RINGFENCE = build/run/app/ringfence

# A compiler cache, where there is one, serves every clone of this tree alike.
export CCACHE_BASEDIR := $(CURDIR)
export CCACHE_NOHASHDIR := 1

.PHONY: install build run test bench sim fuzz prompts format tidy asan tsan clean

install:            ## packages for everything below but fuzz, format and tidy
	@tools/install test

build:              ## the server alone, Release
	@tools/install build
	@cmake -S . -B build/run -G Ninja -DCMAKE_BUILD_TYPE=Release -DRINGFENCE_TESTS=OFF >/dev/null
	@cmake --build build/run --target ringfence

run: build          ## set up what is missing, then serve in the foreground (DATA=…, PORT=…, TLS_PORT=…, WSS_PORT=…, WEB_PORT=…)
	@$(RINGFENCE) setup --data "$(DATA)" --sip-port $(PORT) --tls-port $(TLS_PORT) --wss-port $(WSS_PORT) --web-port $(WEB_PORT)
	@printf '\nIn another terminal:  %s --data %s status\nStop with Ctrl-C.\n\n' "$(RINGFENCE)" "$(DATA)"
	@exec $(RINGFENCE) serve --data "$(DATA)"

test:               ## everything: unit, conformance, integration; last line: N passed, N failed
	@tools/install test
	@tools/test dev

bench:              ## beside Kamailio and rtpengine (ONLY=register,call,flood,relay,flat,guard,api)
	@tools/install bench
	@bench/run --only "$(ONLY)"

sim:                ## detection rules on their traces, seeded worlds (SEED=n WORLDS=m), frauds (PEOPLE=500 DAYS=92)
	@tools/install test
	@cmake --preset dev >/dev/null
	@cmake --build build/dev --target ringfence-sim
	@build/dev/sim/ringfence-sim $(SEED) $(WORLDS) $(PEOPLE) $(DAYS)

fuzz:               ## every target, or TARGET=message, for SECONDS each
	@tools/install develop
	@tools/fuzz $(SECONDS) $(TARGET)

prompts:            ## speak prompts/texts anew (espeak-ng); the files are part of the tree
	@tools/install prompts
	@tools/make_prompts

format:             ## clang-format over everything
	@tools/install develop
	@git ls-files '*.cpp' '*.hpp' | xargs clang-format-19 -i

tidy:               ## clang-tidy over everything that is built
	@tools/install develop
	@cmake --preset dev >/dev/null
	@run-clang-tidy-19 -quiet -p build/dev '$(CURDIR)/(core|shell|cli|app)/.*'

asan:               ## unit, conformance and simulation with AddressSanitizer and UndefinedBehaviorSanitizer
	@tools/install test
	@tools/test asan -LE integration

tsan:               ## the same with ThreadSanitizer
	@tools/install test
	@tools/test tsan -LE integration

clean:
	rm -rf build
