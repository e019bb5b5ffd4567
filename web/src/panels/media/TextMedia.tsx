/** Text: plain with named spans, Markdown, or JSON; long ones folded in a cell, whole and searchable when they are opened. */

import { useQuery } from '@tanstack/react-query'
import { lazy, type ReactNode, Suspense, useMemo } from 'react'
import { contentBytes } from '../../data/media'
import { Missing } from './Missing'
import { classColour } from './classes'
import { pieces, type Piece } from './spans'
import type { TextValue } from './values'

const MarkdownText = lazy(async () => ({ default: (await import('../markdown/Text')).MarkdownText }))

/** Characters of a text that a cell shows. */
const CELL_CHARS = 600
/** Characters that are drawn at once; more would stall the page. */
const SHOWN_CHARS = 200_000

export function useText(value: TextValue): { text: string | undefined; error: unknown; retry: () => void } {
  const { file } = value
  const { data, error, refetch } = useQuery({
    queryKey: ['media-text', file.digest || file.url],
    queryFn: async ({ signal }) => new TextDecoder().decode(await contentBytes(file.url, file.path, signal)),
    enabled: value.text === '' && file.url !== '',
    staleTime: Number.POSITIVE_INFINITY,
  })
  return { text: value.text === '' && file.path !== '' ? data : value.text, error, retry: () => void refetch() }
}

export function TextMedia({ value, isLarge, find = '' }: { value: TextValue; isLarge?: boolean; find?: string }) {
  const { text, error, retry } = useText(value)
  const { syntax, spans, file } = value
  const shown = useMemo(() => {
    if (text === undefined) return ''
    const most = isLarge ? SHOWN_CHARS : CELL_CHARS
    return text.length > most ? `${text.slice(0, most)}…` : text
  }, [text, isLarge])
  if (file.path !== '' && file.url === '' && value.text === '') return <Missing file={file} />
  if (error) return <Missing file={file} onRetry={retry} />
  if (text === undefined) return <span className="txt hint">Reading…</span>
  if (syntax === 'markdown' && find === '' && spans.length === 0)
    return (
      <div className={isLarge ? 'txt large prose' : 'txt prose'}>
        <Suspense fallback={<span className="hint">Reading…</span>}>
          <MarkdownText text={shown} isNear={false} />
        </Suspense>
      </div>
    )
  const body = syntax === 'json' ? indented(shown, isLarge ?? false) : shown
  return (
    <div className={syntax === 'json' ? 'txt mono' : 'txt'} data-large={isLarge ? '' : undefined}>
      {pieces(body, syntax === 'json' ? [] : spans, find).map((piece, i) => (
        // oxlint-disable-next-line react/no-array-index-key -- pieces of one text stand in order
        <TextPiece key={i} piece={piece} />
      ))}
      {isLarge && text.length > SHOWN_CHARS && (
        <p className="hint">The first {SHOWN_CHARS.toLocaleString()} characters; the file has all.</p>
      )}
    </div>
  )
}

function TextPiece({ piece }: { piece: Piece }): ReactNode {
  const { text, labels, isFound } = piece
  const body = isFound ? <mark>{text}</mark> : text
  const [label] = labels
  if (!label) return body
  const colour = label.color ? `rgb(${label.color.join(' ')})` : classColour(1 + hashOf(label.label))
  return (
    <span
      className="ner"
      style={{ '--c': colour } as React.CSSProperties}
      title={labels.map(one => one.label).join(', ')}
    >
      {body}
      {piece.endsLabel && <sup>{labels.map(one => one.label).join(' ')}</sup>}
    </span>
  )
}

/** The same label has the same colour in every text. */
function hashOf(label: string): number {
  let hash = 0
  for (const letter of label) hash = (hash * 31 + (letter.codePointAt(0) ?? 0)) >>> 0
  return hash % 24
}

function indented(text: string, isLarge: boolean): string {
  if (!isLarge && text.length >= CELL_CHARS) return text
  try {
    return JSON.stringify(JSON.parse(text), null, 2)
  } catch {
    return text
  }
}
