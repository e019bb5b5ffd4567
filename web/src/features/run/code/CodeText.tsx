/** A text with its line numbers and its language's colours; lines can be chosen and linked. */

import { StateEffect, StateField } from '@codemirror/state'
import { Decoration, type DecorationSet, EditorView } from '@codemirror/view'
import { useEffect, useRef } from 'react'
import { readOnly } from './editor'
import './code.css'

const mark = StateEffect.define<[number, number] | null>()
const line = Decoration.line({ class: 'cm-at' })
const marks = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(value, change) {
    let next = value.map(change.changes)
    for (const effect of change.effects) {
      if (!effect.is(mark)) continue
      const range = effect.value
      next = Decoration.none
      if (range) {
        const lines = []
        for (let n = range[0]; n <= Math.min(range[1], change.state.doc.lines); n++)
          lines.push(line.range(change.state.doc.line(n).from))
        next = Decoration.set(lines)
      }
    }
    return next
  },
  provide: field => EditorView.decorations.from(field),
})

/** `12` or `12-20`; null for anything else. */
export function linesOf(at: string, most: number): [number, number] | null {
  const found = /^(\d+)(?:-(\d+))?$/.exec(at)
  const from = Number(found?.[1])
  const to = Number(found?.[2] ?? found?.[1])
  return found && from >= 1 && from <= to && from <= most ? [from, to] : null
}

export default function CodeText({
  text,
  path,
  at,
  onAt,
  isInline,
}: {
  text: string
  path: string
  /** Lines that stand out. */
  at: string
  onAt: (at: string) => void
  /** As tall as its text, without numbers that can be clicked. */
  isInline?: boolean
}) {
  const host = useRef<HTMLDivElement>(null)
  const view = useRef<EditorView | null>(null)
  const latest = useRef(onAt)
  useEffect(() => {
    latest.current = onAt
  }, [onAt])
  useEffect(() => {
    if (!host.current) return
    const made = new EditorView({
      parent: host.current,
      doc: text,
      extensions: [
        ...readOnly(path, path),
        marks,
        EditorView.domEventHandlers({
          click(event, view) {
            const gutter = (event.target as HTMLElement).closest('.cm-lineNumbers .cm-gutterElement')
            const number = Number(gutter?.textContent)
            if (!number || isInline) return false
            const before = linesOf(view.dom.dataset.at ?? '', view.state.doc.lines)
            latest.current(
              event.shiftKey && before
                ? `${Math.min(before[0], number)}-${Math.max(before[1], number)}`
                : String(number),
            )
            return true
          },
        }),
      ],
    })
    view.current = made
    return () => {
      view.current = null
      made.destroy()
    }
  }, [text, path, isInline])
  useEffect(() => {
    const shown = view.current
    if (!shown) return
    const range = linesOf(at, shown.state.doc.lines)
    shown.dom.dataset.at = at
    shown.dispatch({
      effects: [
        mark.of(range),
        ...(range ? [EditorView.scrollIntoView(shown.state.doc.line(range[0]).from, { y: 'center' })] : []),
      ],
    })
  }, [at, text, path])
  return <div className={isInline ? 'cm inline' : 'cm'} ref={host} />
}
