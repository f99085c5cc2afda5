/* What the XDP program and the enforcer that fills its maps both have to know: keys, values and the counted rules. */
#ifndef RINGFENCE_FENCE_H
#define RINGFENCE_FENCE_H

#include <linux/types.h>

enum fence_rule { FENCE_BANNED, FENCE_NETWORK, FENCE_THROTTLED, FENCE_MEDIA, FENCE_RULES };

/* What a port of ours is for; a port that is none of these is none of our business. */
enum fence_role { FENCE_UDP = 1, FENCE_TCP = 2, FENCE_MEDIA_PORT = 4 };

/* Whom the pinhole of a media port lets in. */
enum fence_pinhole { FENCE_CLOSED, FENCE_ANYBODY, FENCE_HOST, FENCE_PEER };

/* One for each of the 65,536 ports. Addresses are in network order, IPv4 in its mapped form. */
struct fence_port {
  __u8 roles;
  __u8 pinhole;
  __be16 peer_port;
  __u8 peer[16];
  __be32 door4; /* an IPv4 address whose door this is for every role, to spare a look into the doors; 0: none */
};

/* A door is an address of this host with a port and a protocol that we listen on; port 0 is the whole media range. */
struct fence_door {
  __u8 address[16];
  __be16 port;
  __u8 protocol;
  __u8 zero;
};

struct fence_network4 {
  __u32 prefix;
  __u8 address[4];
};

struct fence_network6 {
  __u32 prefix;
  __u8 address[16];
};

/* A leaky bucket in one word: `next_ns` is when the bucket would be empty (GCRA), so that one compare-and-swap takes a packet. */
struct fence_throttle {
  __u64 next_ns;
  __u64 interval_ns;
  __u64 tolerance_ns;
  __u64 until_ns;
};

struct fence_count {
  __u64 packets;
  __u64 bytes;
};

/* Entries the maps can hold; the enforcer never asks for more. */
enum fence_size {
  FENCE_BANS = 131072,
  FENCE_NETWORKS = 2097152,
  FENCE_THROTTLES = 65536,
  FENCE_DOORS = 4096
};

#endif
