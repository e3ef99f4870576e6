"""Elementary functions on SIMD vectors, which Numba lacks (libm's scalar ones take ten times as long).

All are branch-free: exact argument reduction, then a polynomial. NaN stays NaN and overflow gives infinity, so that
divergence is visible. An error of 1 eps is 2.2e-16 of the result; stated errors are the largest among some hundred
thousand arguments, against 64-bit references. Unless noted otherwise, coefficients are this project's minimax fits
(Remez algorithm).
"""

from engine.contracts import inline
from engine.simd.vectors import (
    LANES,
    ROUNDER,
    absolute,
    below,
    bit,
    exponent,
    fma,
    inverse_estimate,
    mantissa,
    maximum,
    minimum,
    positive,
    power_of_two,
    signed,
    splat,
)

LOG2_E = 1.4426950408889634
# ln 2 and pi/2, split into parts whose products with an integer of 20 bits are exact.
LN2_HIGH, LN2_LOW = 6.93147180369123816490e-01, 1.90821492927058770002e-10
QUARTERS = 0.6366197723675814  # 2/pi
QUARTER_HIGH, QUARTER_MIDDLE, QUARTER_LOW = (
    1.57079632673412561417e00,
    6.07710050630396597660e-11,
    2.02226624879595063154e-21,
)
INFINITY, NAN = float("inf"), float("nan")
TINY = 2.2250738585072014e-308  # the smallest normal number


@inline
def _divided(x, y):
    return x / y


@inline
def _refined(x, y):
    estimate = inverse_estimate(y)
    e = fma(-y, estimate, splat(1.0))
    ratio = x * estimate
    # 1 / (1 - e) is 1 + e + e**2 + e**3, and then 2**-56. At 0 and infinity e is NaN, and the estimate exact.
    return below(e, splat(1.0), fma(ratio, fma(e, fma(e, e, e), e), ratio), ratio)


# x / y within 1 eps where y and 1 / y are no denormal numbers; infinite or NaN where x is infinite or x / y overflows.
# For loops that also take roots: one unit of the processor does both, and takes 28 cycles for a vector.
quotient = _refined if LANES == 8 else _divided


@inline
def _parted(x):
    """shifted, remainder: exp(x) = 2**n * (1 + remainder), n = shifted - ROUNDER, for |x| < 800."""
    shifted = fma(x, splat(LOG2_E), splat(ROUNDER))
    n = shifted - splat(ROUNDER)
    exact = fma(n, splat(-LN2_HIGH), x)
    r = fma(n, splat(-LN2_LOW), exact)
    # (exp(r) - 1 - r) / r**2, split into even and odd powers: two independent chains of half the length.
    z = r * r
    even = fma(splat(2.76263396165056e-07), z, splat(2.4801504435618213e-05))
    odd = fma(splat(2.5114403467088605e-08), z, splat(2.75572281925541e-06))
    even = fma(even, z, splat(0.001388888893236148))
    odd = fma(odd, z, splat(0.0001984126990274362))
    even = fma(even, z, splat(0.0416666666665738))
    odd = fma(odd, z, splat(0.008333333333314732))
    even = fma(even, z, splat(0.5000000000000006))
    odd = fma(odd, z, splat(0.16666666666666685))
    # The low part of r is added near the end, so that the rounding of r does not matter.
    return shifted, fma(n, splat(-LN2_LOW), fma(odd, r, even) * z) + exact


@inline
def exp(x):
    """e**x within 0.7 eps; infinite above 709.78, 0 below -745.13, denormal between there and -708."""
    shifted, remainder = _parted(maximum(minimum(x, splat(710.0)), splat(-746.0)))
    # In two steps, since 2**n itself may overflow or underflow.
    n = shifted - splat(ROUNDER)
    half = fma(n, splat(0.5), splat(ROUNDER))
    first = power_of_two(half)
    second = power_of_two(shifted - (half - splat(ROUNDER)))
    return fma(remainder, first, first) * second


@inline
def expm1(x):
    """e**x - 1 within 1.1 eps, including near 0 (below 1e-307 within 5e-324)."""
    shifted, remainder = _parted(maximum(minimum(x, splat(710.0)), splat(-40.0)))
    half = power_of_two(shifted - splat(1.0))  # half of 2**n, which may overflow
    return splat(2.0) * fma(remainder, half, half - splat(0.5))


@inline
def tanh(x):
    """tanh(x) within 2.2 eps, including near 0; with fused arithmetic within 1.8.

    With x = n ln(2)/2 + h, k = h / tanh(h) and s = 2**n it is ((s - 1) k + (s + 1) h) / ((s + 1) k + (s - 1) h), by the
    addition theorem: one division, and k is a polynomial in h squared of half the length of exp's.
    """
    size = maximum(minimum(x, splat(19.1)), splat(-19.1))
    shifted = fma(size, splat(2.0 * LOG2_E), splat(ROUNDER))
    n = shifted - splat(ROUNDER)
    h = fma(n, splat(-0.5 * LN2_LOW), fma(n, splat(-0.5 * LN2_HIGH), size))
    z = h * h
    k = fma(splat(2.118735421805903e-05), z, splat(-0.00021163395484599272))
    k = fma(k, z, splat(0.002116402023016693))
    k = fma(k, z, splat(-0.022222222221613838))
    k = fma(k, z, splat(0.33333333333333204))
    k = fma(k, z, splat(1.0))
    scale = power_of_two(shifted)
    less, more = scale - splat(1.0), scale + splat(1.0)
    return fma(less, k, more * h) / fma(more, k, less * h)


@inline
def sigmoid(x):
    """1 / (1 + e**-x) within 1.5 eps in both tails; 1 - sigmoid(x) is sigmoid(-x)."""
    e = exp(-absolute(x))
    return below(x, splat(0.0), e, splat(1.0)) / (splat(1.0) + e)


@inline
def _logarithm(n, f):
    """n * ln(2) + ln(1 + f) for 1 + f in [sqrt(1/2), sqrt(2)].

    FreeBSD's e_log.c, https://github.com/freebsd/freebsd-src/blob/main/lib/msun/src/e_log.c
    """
    s = f / (splat(2.0) + f)
    z = s * s
    w = z * z
    even = fma(
        fma(splat(1.531383769920937332e-01), w, splat(2.222219843214978396e-01)), w, splat(3.999999999940941908e-01)
    )
    odd = fma(
        fma(splat(1.479819860511658591e-01), w, splat(1.818357216161805012e-01)), w, splat(2.857142874366239149e-01)
    )
    odd = fma(odd, w, splat(6.666666666666735130e-01))
    half = splat(0.5) * f * f
    small = fma(s, half + fma(even, w, odd * z), n * splat(LN2_LOW))
    return fma(n, splat(LN2_HIGH), f - (half - small))


@inline
def log(x):
    """ln(x) within 0.7 eps; minus infinity at 0, NaN below."""
    y = below(x, splat(TINY), x * splat(2.0**54), x)
    n = exponent(y) - below(x, splat(TINY), splat(54.0), splat(0.0))
    y = _logarithm(n, mantissa(y) - splat(1.0))
    return _at_the_ends(x, y)


@inline
def log1p(x):
    """ln(1 + x) within 0.9 eps, including near 0; minus infinity at -1, NaN below."""
    return _at_the_ends(x + splat(1.0), _log1p(x))


@inline
def _log1p(x):
    u = splat(1.0) + x
    # The exact rounding error of the sum.
    lost = below(x, splat(1.0), x - (u - splat(1.0)), splat(1.0) - (u - x))
    n = exponent(u)
    # For large x it is negligible.
    lost = lost * power_of_two(splat(ROUNDER) - minimum(n, splat(100.0)))
    return _logarithm(n, (mantissa(u) - splat(1.0)) + lost)


@inline
def _at_the_ends(x, y):
    """The logarithm y of x, corrected where x is not a finite positive number."""
    y = below(x, splat(INFINITY), y, x)
    return positive(x, y, below(x, splat(0.0), splat(NAN), x - splat(INFINITY)))


@inline
def softplus(x):
    """ln(1 + e**x) within 1.2 eps in both tails."""
    return maximum(x, splat(0.0)) + _log1p(exp(-absolute(x)))


@inline
def erf(x):
    """The error function within 0.8 eps."""
    size = minimum(absolute(x), splat(5.95))
    # Up to 1: x + x * (polynomial in x squared).
    z = x * x
    w = z * z
    even = fma(splat(1.3722975112049684e-08), w, splat(1.6447517559715014e-06))
    odd = fma(splat(-7.801188779025544e-10), w, splat(-1.6209175349274704e-07))
    even = fma(even, w, splat(0.00012055295319528423))
    odd = fma(odd, w, splat(-1.492474464957715e-05))
    even = fma(even, w, splat(0.005223977607422377))
    odd = fma(odd, w, splat(-0.000854832598965499))
    even = fma(even, w, splat(0.11283791670945252))
    odd = fma(odd, w, splat(-0.026866170643276056))
    even = fma(even, w, splat(0.12837916709551256))
    odd = fma(odd, w, splat(-0.3761263890318355))
    inner = fma(fma(odd, z, even), x, x)
    # Above: 1 - exp(-(polynomial in x)).
    w = size * size
    even = fma(splat(-2.0451314484792566e-10), w, splat(-4.642621758182312e-08))
    odd = fma(splat(4.929061623086281e-12), w, splat(3.9345614092913825e-09))
    even = fma(even, w, splat(-2.1358182683978774e-06))
    odd = fma(odd, w, splat(3.7332823820658714e-07))
    even = fma(even, w, splat(-2.282441734912065e-05))
    odd = fma(odd, w, splat(8.667754806923822e-06))
    even = fma(even, w, splat(0.00013504063673181564))
    odd = fma(odd, w, splat(2.027152450194659e-05))
    even = fma(even, w, splat(0.001915924553566505))
    odd = fma(odd, w, splat(-0.0007706279004244829))
    even = fma(even, w, splat(-0.018990191500338115))
    odd = fma(odd, w, splat(-0.0004106101564282244))
    even = fma(even, w, splat(0.6366436257308479))
    odd = fma(odd, w, splat(0.10270344609572993))
    even = fma(even, w, splat(5.02796507488471e-07))
    odd = fma(odd, w, splat(1.1283740899963661))
    shifted, remainder = _parted(-fma(odd, size, even))
    scale = power_of_two(shifted)
    outer = splat(1.0) - fma(remainder, scale, scale)
    return below(size, splat(1.0), inner, signed(outer, x))


@inline
def _quadrant(x):
    """shifted, sin(r), cos(r): x = n quarter turns + r, n = shifted - ROUNDER, |r| <= pi/4.

    FreeBSD's k_sin.c and k_cos.c, https://github.com/freebsd/freebsd-src/tree/main/lib/msun/src
    """
    x = below(absolute(x), splat(1e9), x, splat(NAN))
    shifted = fma(x, splat(QUARTERS), splat(ROUNDER))
    n = splat(ROUNDER) - shifted
    r = fma(n, splat(QUARTER_LOW), fma(n, splat(QUARTER_MIDDLE), fma(n, splat(QUARTER_HIGH), x)))
    z = r * r
    sine = fma(splat(1.58969099521155010221e-10), z, splat(-2.50507602534068634195e-08))
    cosine = fma(splat(-1.13596475577881948265e-11), z, splat(2.08757232129817482790e-09))
    sine = fma(sine, z, splat(2.75573137070700676789e-06))
    cosine = fma(cosine, z, splat(-2.75573143513906633035e-07))
    sine = fma(sine, z, splat(-1.98412698298579493134e-04))
    cosine = fma(cosine, z, splat(2.48015872894767294178e-05))
    sine = fma(sine, z, splat(8.33333333332248946124e-03))
    cosine = fma(cosine, z, splat(-1.38888888888741095749e-03))
    sine = fma(sine, z, splat(-1.66666666666666324348e-01))
    cosine = fma(cosine, z, splat(4.16666666666666019037e-02))
    return shifted, fma(sine * z, r, r), fma(cosine * z, z, fma(splat(-0.5), z, splat(1.0)))


@inline
def sine(x):
    """sin(x) within 2.1 eps for |x| <= 1e6.

    Above, it is the sine of a number at most 1 eps away from x (with fused arithmetic still of x itself); NaN from 1e9
    on.
    """
    shifted, s, c = _quadrant(x)
    y = bit(shifted, 0, c, s)
    return bit(shifted, 1, -y, y)


@inline
def cosine(x):
    """cos(x), as accurate as sine."""
    shifted, s, c = _quadrant(x)
    y = bit(shifted, 0, s, c)
    return bit(shifted + splat(1.0), 1, -y, y)
