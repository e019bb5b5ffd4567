/** Icons, run-state glyphs and the mark, as inline SVG that takes the text's colour. */
import { type IconName, iconPaths } from './iconPaths'

export type { IconName }

const filled = new Set<IconName>(['play'])
const dotted = new Set<IconName>(['more', 'drag'])

export function Icon({ name, size = 16, className = '' }: { name: IconName; size?: number; className?: string }) {
  return (
    <svg
      className={`i ${className}`}
      width={size}
      height={size}
      viewBox="0 0 16 16"
      fill={filled.has(name) ? 'currentColor' : 'none'}
      stroke="currentColor"
      strokeWidth={dotted.has(name) ? 2 : 1.35}
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      <path d={iconPaths[name]} />
    </svg>
  )
}

const ring = { fill: 'none', stroke: 'currentColor', strokeWidth: 1.6 } as const
const cutOut = { fill: 'none', stroke: 'var(--panel)', strokeWidth: 1.6, strokeLinecap: 'round' } as const

/** Eight states, eight shapes, so that colour is never alone. */
const stateShapes = {
  pending: <circle cx="8" cy="8" r="4.6" {...ring} strokeDasharray="2 1.9" />,
  running: (
    <>
      <circle className="pulse" cx="8" cy="8" r="6.2" fill="currentColor" opacity=".2" />
      <circle cx="8" cy="8" r="3.5" fill="currentColor" />
    </>
  ),
  preempting: (
    <>
      <circle cx="8" cy="8" r="4.6" {...ring} />
      <path d="M8 3.4a4.6 4.6 0 0 1 0 9.2z" fill="currentColor" />
    </>
  ),
  preempted: (
    <>
      <circle cx="8" cy="8" r="4.6" {...ring} />
      <path d="M6.7 6.2v3.6M9.3 6.2v3.6" {...ring} strokeWidth={1.5} strokeLinecap="round" />
    </>
  ),
  finished: (
    <path d="M3.6 8.5 6.7 11.5 12.4 5" {...ring} strokeWidth={1.7} strokeLinecap="round" strokeLinejoin="round" />
  ),
  failed: (
    <>
      <circle cx="8" cy="8" r="5.6" fill="currentColor" />
      <path d="M6.1 6.1l3.8 3.8M9.9 6.1 6.1 9.9" {...cutOut} />
    </>
  ),
  crashed: (
    <>
      <path d="M8 2.4 14 13H2z" fill="currentColor" />
      <path d="M8 6.6v2.9M8 11.2v.02" {...cutOut} />
    </>
  ),
  killed: <rect x="3.8" y="3.8" width="8.4" height="8.4" rx="1.6" fill="currentColor" />,
} as const

export type StateName = keyof typeof stateShapes

/** A state's glyph. Give `label=""` where the state's word stands beside it. */
export function StateGlyph({ state, size = 14, label = state }: { state: StateName; size?: number; label?: string }) {
  const named = label === '' ? { 'aria-hidden': true } : { role: 'img', 'aria-label': label }
  return (
    <svg className={`st st-${state}`} width={size} height={size} viewBox="0 0 16 16" {...named}>
      {stateShapes[state]}
    </svg>
  )
}

/** The octagon with the bead. */
export function Mark({ size = 26, label = 'Assay' }: { size?: number; label?: string }) {
  const named = label === '' ? { 'aria-hidden': true } : { role: 'img', 'aria-label': label }
  return (
    <svg width={size} height={size} viewBox="0 0 24 24" {...named}>
      <path d="M6.9 2h10.2L22 6.9v10.2L17.1 22H6.9L2 17.1V6.9z" fill="var(--text-1)" />
      <path d="M12 5.3 18.2 18h-2.7L12 10.8 8.5 18H5.8z" fill="var(--chrome)" />
      <circle cx="12" cy="16.25" r="1.75" fill="light-dark(#e9bf55, #b98a0c)" />
    </svg>
  )
}
