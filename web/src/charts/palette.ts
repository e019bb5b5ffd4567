/**
 * Colours as the theme has them now, and each run's own line style.
 *
 * A run keeps its colour for life: it follows the order in which runs started, so a new run never repaints the others. From the
 * 25th on the dash changes, not the colour. Canvas cannot resolve `light-dark()`, so a probe element does.
 */

export const RUN_COLOURS = 24
const DASHES: readonly (readonly number[])[] = [[], [6, 3], [2, 2]]

export interface LineStyle {
  /** A CSS custom property such as `--run-3`. */
  colour: string
  dash: readonly number[]
}

/** The style of the `ordinal`-th run (from 1) that started in its project. */
export function runStyle(ordinal: number): LineStyle {
  const place = Math.max(0, Math.floor(ordinal) - 1)
  const dash = DASHES[Math.floor(place / RUN_COLOURS) % DASHES.length] ?? []
  return { colour: `--run-${(place % RUN_COLOURS) + 1}`, dash }
}

let probe: HTMLElement | null = null
let resolved = new Map<string, string>()

let isPaper = false

/** What `draw` answers, with the colours of the light theme: pictures for paper. */
export function onPaper<T>(draw: () => T): T {
  const before = resolved
  resolved = new Map()
  isPaper = true
  try {
    return draw()
  } finally {
    isPaper = false
    resolved = before
  }
}

/** The computed value of custom property `name`, as canvas understands it. Cached until the theme changes. */
export function colourOf(name: string): string {
  const known = resolved.get(name)
  if (known !== undefined) return known
  watchTheme()
  if (!probe) {
    probe = document.createElement('span')
    probe.hidden = true
    document.body.append(probe)
  }
  probe.style.colorScheme = isPaper ? 'light' : ''
  probe.style.color = `var(${name})`
  const value = getComputedStyle(probe).color || '#888'
  resolved.set(name, value)
  return value
}

/** The number a custom property holds, `fallback` where it holds none. Cached until the theme changes. */
export function numberOf(name: string, fallback: number): number {
  const known = resolved.get(name)
  if (known !== undefined) return Number(known)
  watchTheme()
  const value = Number.parseFloat(getComputedStyle(document.documentElement).getPropertyValue(name))
  resolved.set(name, String(Number.isFinite(value) ? value : fallback))
  return Number.isFinite(value) ? value : fallback
}

type Listener = () => void
const listeners = new Set<Listener>()
let isWatching = false

function themeChanged(): void {
  resolved.clear()
  for (const listener of listeners) listener()
}

function watchTheme(): void {
  if (isWatching) return
  isWatching = true
  new MutationObserver(themeChanged).observe(document.documentElement, {
    attributes: true,
    attributeFilter: ['data-theme', 'class'],
  })
  for (const query of ['(prefers-color-scheme: dark)', '(prefers-contrast: more)']) {
    window.matchMedia?.(query).addEventListener?.('change', themeChanged)
  }
}

/** Calls `listener` after every change of theme. Returns how to stop that. */
export function onThemeChange(listener: Listener): () => void {
  watchTheme()
  listeners.add(listener)
  return () => listeners.delete(listener)
}
