# kam: key-account analytics for PostgreSQL
#
# make, make install and make installcheck are plain pgxs: set PG_CONFIG to
# choose the PostgreSQL.  make demo, make test and make bench install what is
# missing and run on a throw-away server of their own, and so does
# make test-clients, which reads marts by real clients (ALL=1: by more of them).

EXTENSION = kam
EXTVERSION := $(shell sed -n "s/^default_version *= *'\(.*\)'/\1/p" kam.control)

MODULE_big = kam
OBJS = $(patsubst %.c,%.o,$(sort $(wildcard src/*.c)))
PG_CFLAGS += -Wall -Wextra -Wno-unused-parameter

DATA_built = sql/kam--$(EXTVERSION).sql
DATA = $(wildcard sql/kam--*--*.sql)

# Inputs are in test/, expected files in expected/, results in results/.
# Test "install" creates the extension for all that follow.
REGRESS = install $(filter-out install,$(sort $(notdir $(basename $(wildcard test/sql/*.sql)))))
REGRESS_OPTS = --inputdir=test
ISOLATION = $(sort $(notdir $(basename $(wildcard test/specs/*.spec))))
ISOLATION_OPTS = --inputdir=test --outputdir=. --load-extension=kam
PROVE_TESTS = $(sort $(wildcard test/t/*.pl))
ifneq ($(PROVE_TESTS),)
TAP_TESTS := $(shell perl -MIPC::Run -e "print 1" 2>/dev/null)
endif

EXTRA_CLEAN = src/.built-for

PG_CONFIG ?= pg_config
PGXS := $(shell $(PG_CONFIG) --pgxs 2>/dev/null)
ifneq ($(wildcard $(PGXS)),)
include $(PGXS)
else
all install installcheck clean:
	$(error $(PG_CONFIG) finds no pgxs: install the development package of the PostgreSQL server, or set PG_CONFIG)
endif

$(DATA_built): $(sort $(wildcard sql/[0-9][0-9]-*.sql))
	cat $^ > $@

# A changed header rebuilds everything, and so does another PostgreSQL.
$(OBJS) $(OBJS:.o=.bc): $(wildcard src/*.h) src/.built-for
src/.built-for: FORCE
	@echo '$(VERSION) $(bindir)' | cmp -s - $@ || echo '$(VERSION) $(bindir)' >$@

.PHONY: demo test test-clients bench FORCE

demo:
	@test/demo/run.sh

test:
	@test/run.sh

test-clients:
	@ALL='$(ALL)' test/clients/run.sh

# LINES goes as an argument, because bash keeps the height of the terminal in
# a variable of that name.
bench:
	@test/bench/run.sh $(if $(filter command,$(origin LINES)),$(LINES))
