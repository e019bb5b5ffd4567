/** What is wrong with an expression, from the server's answer. Pure. */

import type { LinePanel } from '../schema'

export interface Fault {
  expression: string
  at: number
  length: number
  detail: string
  /** An expression that reads; empty: none is near. */
  fix: string
  /** What of the fix is other: the key that is meant, else all of it. */
  fixName: string
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
  let at = Math.max(0, Math.min(expression.length, Number(fields.at ?? 0)))
  // A key is pointed at by its name, not by the braces around it.
  if (expression.startsWith('${', at)) at += 2
  const fix = typeof fields.fix === 'string' ? fields.fix : ''
  const near = fix.startsWith(expression.slice(0, at)) ? (/^[^}]+(?=\})/.exec(fix.slice(at))?.[0] ?? '') : ''
  const isKey = expression.slice(0, at).endsWith('${') && near !== ''
  const parts = [fields.detail, fields.hint].filter(text => typeof text === 'string' && text !== '')
  return {
    expression,
    at,
    length: Number(fields.length ?? (isKey ? keyLength(expression, at) : wordAt(expression, at))),
    detail: parts.length > 0 ? sentences(parts as string[]) : told.detail || 'It does not read',
    fix,
    fixName: isKey ? near : fix,
  }
}

/** `no run has the key a` → `No run has the key a.` */
function sentences(parts: readonly string[]): string {
  return parts
    .map(text => text.charAt(0).toUpperCase() + text.slice(1))
    .map(text => (/[.?!]$/.test(text) ? text : `${text}.`))
    .join(' ')
}

function keyLength(text: string, at: number): number {
  const end = text.indexOf('}', at)
  return end < 0 ? text.length - at : end - at
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
