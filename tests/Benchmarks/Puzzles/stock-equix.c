/* Solves and verifies Equi-X puzzles with the library of stock tor, as `tunic bench puzzle` does with ours: the challenges are the numbers
 * from 0 on, in four bytes, little-endian. Prints how many are solved, and verified, in a second of processor time. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "equix.h"

enum { verifications = 50 };

static double processor_seconds(void)
{
	struct timespec now;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void challenge_of(uint32_t number, uint8_t challenge[4])
{
	for (int i = 0; i < 4; i++)
		challenge[i] = (uint8_t)(number >> (8 * i));
}

int main(int count, char **arguments)
{
	const uint32_t challenges = count > 1 ? (uint32_t)strtoul(arguments[1], NULL, 10) : 200;
	equix_ctx *solver = equix_alloc(EQUIX_CTX_SOLVE | EQUIX_CTX_TRY_COMPILE);
	equix_ctx *verifier = equix_alloc(EQUIX_CTX_VERIFY | EQUIX_CTX_TRY_COMPILE);
	equix_solutions_buffer *found = calloc(challenges, sizeof *found);
	uint8_t challenge[4];
	if (solver == NULL || verifier == NULL || found == NULL)
		return 1;

	double started = processor_seconds();
	for (uint32_t i = 0; i < challenges; i++) {
		challenge_of(i, challenge);
		if (equix_solve(solver, challenge, sizeof challenge, &found[i]) != EQUIX_OK)
			found[i].count = 0;
	}
	const double solving = processor_seconds() - started;

	unsigned long solutions = 0;
	started = processor_seconds();
	for (uint32_t i = 0; i < challenges; i++) {
		challenge_of(i, challenge);
		for (unsigned solution = 0; solution < found[i].count; solution++, solutions++)
			for (int repeat = 0; repeat < verifications; repeat++)
				if (equix_verify(verifier, challenge, sizeof challenge, &found[i].sols[solution]) != EQUIX_OK)
					return 2;
	}
	const double verifying = processor_seconds() - started;
	printf("%.1f %lu %.1f\n", challenges / solving, solutions, (double)solutions * verifications / verifying);
	return 0;
}
