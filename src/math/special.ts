/**
 * The error function and what belongs to the normal distribution, in logarithms where values are small. Built on
 * our own `exp` and `log`, so the same bits on every machine.
 */
import { exp, log } from "./elementary.ts";

const INVERSE_SQRT_PI = 0.5641895835477563;
const SQRT_HALF_PI = 1.2533141373155003;
const LOG_SQRT_2PI = 0.9189385332046728;

/** ln(1 + x) without losing the digits of a small x; −∞ at −1, NaN below. */
export function log1p(x: number): number {
  const u = 1 + x;
  if (u === 1) return x;
  if (!(u > 0) || u === Number.POSITIVE_INFINITY) return log(u);
  return log(u) + (x - (u - 1)) / u; // the second term: what rounding 1 + x took away
}

/** e^x − 1 without losing the digits of a small x. */
export function expm1(x: number): number {
  if (!(Math.abs(x) < 0.5)) return exp(x) - 1;
  let tail = 1 / 355687428096000; // Taylor to x¹⁷/17!
  for (let n = INVERSE_FACTORIALS.length - 1; n >= 0; n--) tail = tail * x + INVERSE_FACTORIALS[n];
  return x + x * x * tail;
}

/** 1/2!, 1/3!, …, 1/16! */
const INVERSE_FACTORIALS = Float64Array.from({ length: 15 }, (_, n) => {
  let factorial = 1;
  for (let k = 2; k <= n + 2; k++) factorial *= k;
  return 1 / factorial;
});

/**
 * The error function, within 5e-16 of its value.
 *
 * @see Cody 1969, "Rational Chebyshev approximations for the error function"
 */
export function erf(x: number): number {
  const y = Math.abs(x);
  if (y <= SMALL) return erfNearZero(x);
  if (y > 6) return Math.sign(x);
  const value = 1 - expMinusSquare(y) * scaledTail(y);
  return x < 0 ? -value : value;
}

/** 1 − erf(x), relatively exact in the right tail; 0 above 27.3. */
export function erfc(x: number): number {
  const y = Math.abs(x);
  if (y <= SMALL) return 1 - erfNearZero(x);
  const value = y > 27.3 ? 0 : expMinusSquare(y) * scaledTail(y);
  return x < 0 ? 2 - value : value;
}

/** e^(x²) erfc(x): of the size of 1/x in the right tail; ∞ below −26.7. */
export function erfcx(x: number): number {
  const y = Math.abs(x);
  if (y <= SMALL) return exp(x * x) * (1 - erfNearZero(x));
  if (!(x < 0)) return scaledTail(y);
  const q = Math.trunc(y * 16) / 16;
  return 2 * exp(q * q) * exp((y - q) * (y + q)) - scaledTail(y);
}

/** Where erf is approximated itself, not its complement. */
const SMALL = 0.46875;

function erfNearZero(x: number): number {
  return x * ratio(x * x, NEAR_ZERO_NUMERATOR, NEAR_ZERO_DENOMINATOR);
}

/** e^(y²) erfc(y) for y ≥ 0.46875. */
function scaledTail(y: number): number {
  if (y <= 4) return ratio(y, MIDDLE_NUMERATOR, MIDDLE_DENOMINATOR);
  if (y > 6.71e7) return INVERSE_SQRT_PI / y;
  const z = 1 / (y * y);
  return (INVERSE_SQRT_PI - z * ratio(z, FAR_NUMERATOR, FAR_DENOMINATOR)) / y;
}

/** e^(−y²): the square is split, so that its rounding error is not multiplied by its size. */
function expMinusSquare(y: number): number {
  const q = Math.trunc(y * 16) / 16;
  return exp(-q * q) * exp(-(y - q) * (y + q));
}

/** A ratio of polynomials, coefficients of the highest power first. */
function ratio(x: number, numerator: readonly number[], denominator: readonly number[]): number {
  let above = numerator[0];
  for (let i = 1; i < numerator.length; i++) above = above * x + numerator[i];
  let below = denominator[0];
  for (let i = 1; i < denominator.length; i++) below = below * x + denominator[i];
  return above / below;
}

// Cody 1969, tables I to III; every number in the fewest digits that give its double.
const NEAR_ZERO_NUMERATOR = [
  0.18577770618460315, 3.1611237438705655, 113.86415415105016, 377.485237685302, 3209.3775891384694,
];
const NEAR_ZERO_DENOMINATOR = [
  1, 23.601290952344122, 244.02463793444417, 1282.6165260773723, 2844.236833439171,
];
const MIDDLE_NUMERATOR = [
  2.1531153547440383e-8, 0.5641884969886701, 8.883149794388377, 66.11919063714163, 298.6351381974001,
  881.952221241769, 1712.0476126340707, 2051.0783778260716, 1230.3393547979972,
];
const MIDDLE_DENOMINATOR = [
  1, 15.744926110709835, 117.6939508913125, 537.1811018620099, 1621.3895745666903, 3290.7992357334597,
  4362.619090143247, 3439.3676741437216, 1230.3393548037495,
];
const FAR_NUMERATOR = [
  0.016315387137302097, 0.30532663496123236, 0.36034489994980445, 0.12578172611122926, 0.016083785148742275,
  0.0006587491615298378,
];
const FAR_DENOMINATOR = [
  1, 2.568520192289822, 1.8729528499234673, 0.5279051029514285, 0.06051834131244132, 0.0023352049762686918,
];

/** Φ(x), the distribution function of the standard normal, relatively exact in the left tail. */
export function normalCdf(x: number): number {
  if (x > 0) return 1 - normalCdf(-x);
  if (x < -38.6) return 0;
  const q = Math.trunc(x * 16) / 16;
  return 0.5 * erfcx(-x * Math.SQRT1_2) * exp(-0.5 * q * q) * exp(-0.5 * (x - q) * (x + q));
}

let table: Float64Array | undefined;
const TABLE_STEPS = 64;
const TABLE_END = 8;

/** Φ(x) by cubic interpolation, to 2e-10: for sums of very many, where exactness buys nothing. */
export function quickNormalCdf(x: number): number {
  if (x <= -TABLE_END) return 0;
  if (x >= TABLE_END) return 1;
  table ??= makeTable();
  const place = (x + TABLE_END) * TABLE_STEPS;
  const k = Math.trunc(place);
  const t = place - k;
  const [y0, d0, y1, d1] = [table[2 * k], table[2 * k + 1], table[2 * k + 2], table[2 * k + 3]];
  const rise = y1 - y0;
  return y0 + t * (d0 + t * (3 * rise - 2 * d0 - d1 + t * (d0 + d1 - 2 * rise)));
}

/** Φ at multiples of 1/64 between ±8, each followed by its slope there; made when it is first asked for. */
export function normalCdfTable(): Float64Array {
  table ??= makeTable();
  return table;
}

function makeTable(): Float64Array {
  const entries = new Float64Array(2 * (2 * TABLE_END * TABLE_STEPS + 2));
  for (let k = 0; k < entries.length / 2; k++) {
    const x = k / TABLE_STEPS - TABLE_END;
    entries[2 * k] = normalCdf(x);
    entries[2 * k + 1] = exp(-0.5 * x * x) / (Math.sqrt(2 * Math.PI) * TABLE_STEPS);
  }
  return entries;
}

/** ln Φ(x) for every x. */
export function normalLogCdf(x: number): number {
  if (x >= 0) return log1p(-normalCdf(-x));
  if (x > -1) return log(normalCdf(x));
  return -0.5 * x * x + log(0.5 * erfcx(-x * Math.SQRT1_2));
}

/**
 * Φ⁻¹(p); −∞ at 0, ∞ at 1, NaN outside of [0, 1].
 *
 * @see Wichura 1988, "Algorithm AS 241: the percentage points of the normal distribution", PPND16
 */
export function normalQuantile(p: number): number {
  if (!(p > 0 && p < 1))
    return p === 0 ? Number.NEGATIVE_INFINITY : p === 1 ? Number.POSITIVE_INFINITY : Number.NaN;
  const q = p - 0.5;
  if (Math.abs(q) <= 0.425) return q * ratio(0.180625 - q * q, CENTRE_NUMERATOR, CENTRE_DENOMINATOR);
  const r = Math.sqrt(-log(q < 0 ? p : 1 - p));
  const value =
    r <= 5
      ? ratio(r - 1.6, NEAR_NUMERATOR, NEAR_DENOMINATOR)
      : ratio(r - 5, TAIL_NUMERATOR, TAIL_DENOMINATOR);
  return q < 0 ? -value : value;
}

const CENTRE_NUMERATOR = [
  2509.0809287301227, 33430.57558358813, 67265.7709270087, 45921.95393154987, 13731.69376550946,
  1971.5909503065513, 133.14166789178438, 3.3871328727963665,
];
const CENTRE_DENOMINATOR = [
  5226.495278852854, 28729.085735721943, 39307.89580009271, 21213.794301586597, 5394.196021424751,
  687.1870074920579, 42.31333070160091, 1,
];
const NEAR_NUMERATOR = [
  0.0007745450142783414, 0.022723844989269184, 0.2417807251774506, 1.2704582524523684, 3.6478483247632045,
  5.769497221460691, 4.630337846156546, 1.4234371107496835,
];
const NEAR_DENOMINATOR = [
  1.0507500716444169e-9, 0.0005475938084995345, 0.015198666563616457, 0.14810397642748008, 0.6897673349851,
  1.6763848301838038, 2.053191626637759, 1,
];
const TAIL_NUMERATOR = [
  2.0103343992922881e-7, 2.7115555687434876e-5, 0.0012426609473880784, 0.026532189526576124,
  0.29656057182850487, 1.7848265399172913, 5.463784911164114, 6.657904643501103,
];
const TAIL_DENOMINATOR = [
  2.0442631033899397e-15, 1.421511758316446e-7, 1.8463183175100548e-5, 0.0007868691311456133,
  0.014875361290850615, 0.1369298809227358, 0.599832206555888, 1,
];

/**
 * ln h(z) for every z, where h(z) = φ(z) + z Φ(z): the expected improvement of a Gaussian is σ h(z), with z the
 * improvement of the mean in units of σ.
 *
 * @see Ament et al. 2023, "Unexpected Improvements to Expected Improvement", eq. 9; far out the continued fraction
 *   of `tailExcess` takes the place of their asymptotics, as it cancels no digits
 */
export function logH(z: number): number {
  if (z > -1) return log(exp(-0.5 * z * z - LOG_SQRT_2PI) + z * normalCdf(z));
  return -0.5 * z * z - LOG_SQRT_2PI + log(tailExcess(z));
}

/**
 * What the derivatives of ln h are made of, for every z: `cdf` = Φ(z)/h(z), which is d ln h/dz, and
 * `pdf` = φ(z)/h(z). With EI = σ h((best − mean)/σ): ∂ ln EI/∂mean = −cdf/σ, ∂ ln EI/∂σ = pdf/σ.
 */
export function logHGradient(z: number): { readonly cdf: number; readonly pdf: number } {
  if (z > -1) {
    const cdf = normalCdf(z);
    const pdf = exp(-0.5 * z * z - LOG_SQRT_2PI);
    const h = pdf + z * cdf;
    return { cdf: cdf / h, pdf: pdf / h };
  }
  const excess = tailExcess(z);
  return { cdf: (1 - excess) / -z / excess, pdf: 1 / excess };
}

/** How deep the continued fraction is taken: enough for 1e-16 at z = −4. */
const DEPTH = 40;

/** h(z)/φ(z) = 1 + z Φ(z)/φ(z) for z ≤ −1: about 1/z². */
function tailExcess(z: number): number {
  if (z > -4) return 1 + z * SQRT_HALF_PI * erfcx(-z * Math.SQRT1_2);
  // Φ(−x)/φ(x) = 1/(x + K), K = 1/(x + 2/(x + 3/(x + …))) (Laplace), so 1 − x/(x + K) = K/(x + K)
  const x = -z;
  let below = x;
  for (let n = DEPTH; n > 1; n--) below = x + n / below;
  return 1 / below / (x + 1 / below);
}

/** ln Σ e^v over the values; −∞ if there are none. */
export function logSumExp(values: ArrayLike<number>): number {
  let largest = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < values.length; i++) if (!(values[i] <= largest)) largest = values[i];
  if (!Number.isFinite(largest)) return largest;
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += exp(values[i] - largest);
  return largest + log(sum);
}

/** ln(e^a − e^b) for a ≥ b; −∞ if they are equal, NaN if a < b. */
export function logDiffExp(a: number, b: number): number {
  if (a === b) return Number.NEGATIVE_INFINITY;
  const d = b - a;
  return a + (d > -Math.LN2 ? log(-expm1(d)) : log1p(-exp(d)));
}

/**
 * ln(Φ(b) − Φ(a)), the logarithm of a standard normal's mass on [a, b], computed from the tail nearer to zero;
 * −∞ where a = b, NaN where a > b.
 */
export function logNormalMass(a: number, b: number): number {
  if (!(a < b)) return a === b ? Number.NEGATIVE_INFINITY : Number.NaN;
  if (a > 0) return logNormalMass(-b, -a);
  const middle = 0.5 * (a + b);
  const half = 0.5 * (b - a);
  if (half * Math.max(1, -middle) < NARROW)
    return -0.5 * middle * middle - LOG_SQRT_2PI + log(2 * half * averageDensity(middle, half));
  if (b > 0) {
    const mass = 0.5 * (erf(b * Math.SQRT1_2) - erf(a * Math.SQRT1_2));
    return mass < 0.5 ? log(mass) : log1p(-normalCdf(a) - normalCdf(-b));
  }
  const outside = exp(0.5 * (b - a) * (b + a)) * erfcx(-a * Math.SQRT1_2);
  return -0.5 * b * b + log(0.5 * (erfcx(-b * Math.SQRT1_2) - outside));
}

/** Below this half width, in units of the density's own scale, the series of `averageDensity` has 1e-16. */
const NARROW = 0.05;

/** The mean of φ over middle ± half by φ(middle): Σ He₂ₖ(middle) half²ᵏ/(2k + 1)!, from e^(−mt − t²/2) = Σ He(−m) tⁿ/n!. */
function averageDensity(middle: number, half: number): number {
  const m = middle * middle;
  const h = half * half;
  const fourth = (m - 6) * m + 3;
  const sixth = ((m - 15) * m + 45) * m - 15;
  return 1 + h * ((m - 1) / 6 + h * (fourth / 120 + (h * sixth) / 5040));
}
