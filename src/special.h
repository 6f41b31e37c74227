/*-------------------------------------------------------------------------
 *
 * special.h
 *		Special functions, with the digits that differences of them need.
 *
 *-------------------------------------------------------------------------
 */
#ifndef KAM_SPECIAL_H
#define KAM_SPECIAL_H

extern double kam_log_rising(double z, double n);
extern double kam_digamma(double z);
extern double kam_log1p_exp(double z);
extern double kam_logistic(double z);

#endif							/* KAM_SPECIAL_H */
