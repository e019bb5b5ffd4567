/** Numbers and times as people read them. Thin spaces between thousands, a true minus sign, no unit without its number. */

const THIN = '\u2009'
const MINUS = '\u2212'

const withSigns = (text: string) => text.replace('-', MINUS)

/** `30000` → `30 000`, with thin spaces. */
export function formatCount(count: number): string {
  if (!Number.isFinite(count)) return formatNumber(count)
  return withSigns(Math.round(count).toString()).replaceAll(/\B(?=(\d{3})+(?!\d))/g, THIN)
}

/** Four significant digits, for lists: `0.8731`, `18 200`, `3.2e−4`. All digits belong in the tip and on the clipboard. */
export function formatNumber(value: number, digits = 4): string {
  if (Number.isNaN(value)) return 'NaN'
  if (!Number.isFinite(value)) return value > 0 ? '∞' : `${MINUS}∞`
  if (value === 0) return '0'
  const size = Math.abs(value)
  if (Number.isInteger(value) && size < 1e9) return formatCount(value)
  if (size >= 1e9 || size < 1e-4) {
    const [mantissa, exponent] = value.toExponential(digits - 1).split('e') as [string, string]
    return withSigns(`${trimZeros(mantissa)}e${exponent.replace('+', '')}`)
  }
  const places = Math.max(0, digits - 1 - Math.floor(Math.log10(size)))
  const [whole = '0', fraction] = value.toFixed(Math.min(places, 8)).split('.')
  const grouped = whole.replaceAll(/\B(?=(\d{3})+(?!\d))/g, THIN)
  return withSigns(fraction ? `${grouped}.${fraction}` : grouped)
}

const trimZeros = (text: string) => (text.includes('.') ? text.replace(/\.?0+$/, '') : text)

const MINUTE = 60
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** How long ago, for lists: `now`, `40 min`, `3 h`, `6 d`. */
export function formatAgo(atS: number, nowS: number): string {
  const ago = nowS - atS
  if (ago < MINUTE) return 'now'
  if (ago < HOUR) return `${Math.floor(ago / MINUTE)} min`
  if (ago < DAY) return `${Math.floor(ago / HOUR)} h`
  if (ago < 365 * DAY) return `${Math.floor(ago / DAY)} d`
  return `${Math.floor(ago / (365 * DAY))} y`
}

/** `1 h 24 m`, `3 m 20 s`, `45 s`, `2 d 4 h`. */
export function formatDuration(seconds: number): string {
  if (!Number.isFinite(seconds) || seconds < 0) return '–'
  if (seconds < 10) return `${seconds < 1 ? seconds.toFixed(2) : seconds.toFixed(1)} s`
  const whole = Math.round(seconds)
  if (whole < MINUTE) return `${whole} s`
  const pair = (big: number, bigName: string, small: number, smallName: string) => {
    const rest = Math.floor((whole % big) / small)
    return `${Math.floor(whole / big)} ${bigName}${rest > 0 ? ` ${rest} ${smallName}` : ''}`
  }
  if (whole < HOUR) return pair(MINUTE, 'm', 1, 's')
  if (whole < DAY) return pair(HOUR, 'h', MINUTE, 'm')
  return pair(DAY, 'd', HOUR, 'h')
}

/** `0:42`, `12:07`: a wait that is being watched. */
export function formatClock(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds))
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`
}

/** The whole local time with its zone: for tips. */
export function formatTime(atS: number): string {
  return new Date(atS * 1_000).toLocaleString(undefined, { dateStyle: 'full', timeStyle: 'long' })
}

/** The minute, where a whole time has no room: `Nov 29, 2026, 4:56 AM`. */
export function formatMinute(atS: number): string {
  return new Date(atS * 1_000).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' })
}

/** A date in lists and sentences. */
export function formatDate(atS: number): string {
  return new Date(atS * 1_000).toLocaleDateString(undefined, { dateStyle: 'medium' })
}

/** `1 run`, `128 runs`. */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`
}

/** Two letters for a name: `Mara Lindqvist` → `ML`, `mara` → `MA`. */
export function initials(name: string): string {
  const words = name.split(/[\s._-]+/).filter(Boolean)
  const letters = words.length > 1 ? words[0]![0]! + words.at(-1)![0]! : (words[0] ?? '?').slice(0, 2)
  return letters.toUpperCase()
}

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB', 'PB']

/** Three digits, in thousands as disks are sold: `1.2 MB`, `340 B`. A number of unknown size is a dash. */
export function formatSize(bytes: number): string {
  if (bytes < 0) return '–'
  let [value, unit] = [bytes, 0]
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000
    unit++
  }
  return `${Number(value.toPrecision(3))} ${UNITS[unit]}`
}
