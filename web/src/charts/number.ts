/** Numbers as people read them: short on axes, four significant digits in lists, every digit on request. */

const MINUS = '−'
const THIN = '\u2009'

function signed(text: string): string {
  return text.replace('e+', 'e').replaceAll('-', MINUS)
}

function special(value: number): string | null {
  if (Number.isNaN(value)) return 'NaN'
  if (value === Number.POSITIVE_INFINITY) return '∞'
  if (value === Number.NEGATIVE_INFINITY) return `${MINUS}∞`
  return null
}

/** `18200` → `18 200`, with thin spaces; fractions stay. */
export function grouped(text: string): string {
  const [whole = '', fraction] = text.split('.')
  const spaced = whole.replace(/\B(?=(\d{3})+(?!\d))/g, THIN)
  return fraction === undefined ? spaced : `${spaced}.${fraction}`
}

/** A whole number with thin spaces between thousands. */
export function formatCount(value: number): string {
  return signed(grouped(String(Math.round(value))))
}

/** `2400000` → `2.4 M`: how many, where the exact number does not matter. Exact below 10 000. */
export function formatAbout(value: number): string {
  if (value < 10_000) return formatCount(value)
  for (const [unit, size] of [
    ['T', 1e12],
    ['G', 1e9],
    ['M', 1e6],
    ['k', 1e3],
  ] as const) {
    if (value >= size) return `${Number((value / size).toPrecision(value >= size * 100 ? 3 : 2))} ${unit}`
  }
  return formatCount(value)
}

/** Four significant digits, as in lists and tips. */
export function formatValue(value: number): string {
  const other = special(value)
  if (other !== null) return other
  if (value === 0) return '0'
  const size = Math.abs(value)
  if (size >= 1e15 || size < 1e-4) return formatPower(value)
  if (size >= 10_000) return signed(grouped(String(Math.round(value))))
  const digits = Math.max(0, 3 - Math.floor(Math.log10(size)))
  const text = value.toFixed(digits)
  // Whole numbers stay whole: an epoch is 12, not 12.00.
  return signed(grouped(Number.isInteger(value) ? String(value) : text))
}

/** With the decimals of the value it stands beside, so that a column is calm; what would vanish keeps two digits. */
export function formatBeside(small: number, value: number): string {
  const size = Math.abs(value)
  const decimals = size >= 1e-3 && size < 1e4 ? Math.min(8, Math.max(0, 3 - Math.floor(Math.log10(size)))) : -1
  // What is far larger has no need of them: they would be digits that nobody measured.
  if (Math.abs(small) >= 10_000 && decimals >= 0) return formatValue(small)
  if (decimals < 0 || (small !== 0 && Math.abs(small) < 10 ** -decimals))
    return formatValue(Number(small.toPrecision(2)))
  return signed(grouped(small.toFixed(decimals)))
}

/** A difference carries its sign and the decimals of its value: `+0.0214` beside `0.8731`. None is `0`. */
export function formatDelta(delta: number, value: number): string {
  if (delta === 0) return '0'
  return `${delta > 0 ? '+' : ''}${formatBeside(delta, value)}`
}

/** The same as a power of ten: for a place too narrow for all of `formatValue`. */
export function formatPower(value: number): string {
  return special(value) ?? signed(value.toExponential(3).replace(/\.?0+e/, 'e'))
}

/** A whole number that is given by its digits. */
export function formatDigits(digits: string): string {
  return signed(grouped(digits))
}

/** Every digit the number has. */
export function formatExact(value: number): string {
  return special(value) ?? signed(grouped(String(value)))
}

/** `10000` → `10k`, `0.0001` → `1e−4`. `step` is the distance between ticks: it says how many digits tell them apart. */
export function formatTick(value: number, step = 0): string {
  const other = special(value)
  if (other !== null) return other
  if (value === 0 || (step > 0 && Math.abs(value) < step * 1e-6)) return '0'
  const size = Math.abs(value)
  for (const [unit, scale] of [
    ['T', 1e12],
    ['G', 1e9],
    ['M', 1e6],
    ['k', 1e3],
  ] as const) {
    // 1000…9999 stay whole unless they are whole thousands: 2500 reads better than 2.5k between 2000 and 3000.
    if (size < scale || size >= scale * 1000) continue
    if (scale === 1e3 && size < 1e4 && size % 1e3 !== 0) return signed(shortest(value, step))
    return signed(shortest(value / scale, step / scale) + unit)
  }
  if (size >= 1e15 || size < 1e-3) return signed(shortExponent(value, step))
  return signed(shortest(value, step))
}

function shortest(value: number, step: number): string {
  if (step <= 0) return String(Number(value.toPrecision(3)))
  const digits = Math.min(12, Math.max(0, -Math.floor(Math.log10(step) + 1e-9)))
  return String(Number(value.toFixed(digits)))
}

function shortExponent(value: number, step: number): string {
  const digits =
    step > 0 ? Math.max(0, Math.floor(Math.log10(Math.abs(value)) + 1e-9) - Math.floor(Math.log10(step) + 1e-9)) : 2
  return value.toExponential(Math.min(15, digits)).replace(/\.?0+e/, 'e')
}

/** Seconds as `1 h 24 m`, `12 m 5 s`, `3.2 s`: what has passed in full, as of a clock. */
export function formatDuration(seconds: number): string {
  if (!Number.isFinite(seconds)) return '–'
  const sign = seconds < 0 ? MINUS : ''
  const total = Math.abs(seconds)
  if (total < 10) return `${sign}${Number(total.toFixed(total < 1 ? 3 : 1))} s`
  if (total < 59.5) return `${sign}${Math.round(total)} s`
  const whole = Math.round(total)
  const [size, name, smallSize, smallName] = DURATIONS.find(([size]) => whole >= size) ?? DURATIONS[2]
  const rest = Math.floor((whole % size) / smallSize)
  return `${sign}${Math.floor(whole / size)} ${name}${rest > 0 ? ` ${rest} ${smallName}` : ''}`
}

const DURATIONS = [
  [86_400, 'd', 3600, 'h'],
  [3600, 'h', 60, 'm'],
  [60, 'm', 1, 's'],
] as const

/** How long ago, as lists say it: `now`, `40 s`, `12 min`, `3 h`, `2 d`. */
export function formatAge(seconds: number): string {
  if (seconds < 10) return 'now'
  if (seconds < 60) return `${Math.floor(seconds)} s`
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h`
  return `${Math.floor(seconds / 86_400)} d`
}
