/** What is wrong with an expression, from the server's answer. Pure. */

import type { LinePanel } from '../schema'

export interface Fault {
  expression: string
  at: number
  length: number
  detail: string
  /** An expression that reads; empty: none is near. */
  fix: string
}

interface Told {
  code?: string
  detail?: string
  fields?: Record<string, unknown>
}

/** Null when `error` is about something else. */
export function faultOf(error: unknown, panel: LinePanel): Fault | null {
  const told = (typeof error === 'object' && error !== null ? error : {}) as Told
  if (told.code !== 'invalid_expression') return null
  const { fields = {} } = told
  const expression =
    typeof fields.expression === 'string'
      ? fields.expression
      : (panel.y.find(y => y.expression)?.expression ?? panel.settings?.x ?? '')
  const at = Math.max(0, Math.min(expression.length, Number(fields.at ?? 0)))
  const length = Number(fields.length ?? wordAt(expression, at))
  return {
    expression,
    at,
    length,
    detail: (typeof fields.detail === 'string' ? fields.detail : told.detail) || 'It does not read',
    fix: typeof fields.fix === 'string' ? fields.fix : '',
  }
}

/** Characters of the name or sign that begins at `at`. */
function wordAt(text: string, at: number): number {
  return /^(?:[\w./-]+|\S)/.exec(text.slice(at))?.[0].length ?? 1
}

/** The fields of the panel with the fix in the fault's place. */
export function withFix(panel: LinePanel, { expression, fix }: Fault): Partial<LinePanel> {
  if (panel.settings?.x === expression) return { settings: { ...panel.settings, x: fix as never } }
  return { y: panel.y.map(y => (y.expression === expression ? { ...y, expression: fix } : y)) }
}
