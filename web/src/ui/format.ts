/** Numbers and times as people read them. Thin spaces between thousands, a true minus sign, no unit without its number. */

const THIN = '\u2009'
const MINUS = '\u2212'

const withSigns = (text: string) => text.replace('-', MINUS)

/** `30000` → `30 000`, with thin spaces. */
export function formatCount(count: number): string {
  if (!Number.isFinite(count)) return Number.isNaN(count) ? 'NaN' : `${count < 0 ? MINUS : ''}∞`
  return withSigns(Math.round(count).toString()).replaceAll(/\B(?=(\d{3})+(?!\d))/g, THIN)
}

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
