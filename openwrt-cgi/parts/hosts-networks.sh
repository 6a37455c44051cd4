#!/bin/sh
# Which networks of this router have their hosts counted: sourced (".") by the scripts that count them, never run by itself.
# For busybox ash and awk. For tests: WRTMETER_NETWORKS="lan=br-lan guest=br-guest" is taken instead of the configuration.

root=${WRTMETER_ROOT:-}
#include hosts/networks.sh
