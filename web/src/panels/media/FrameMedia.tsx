/** Pages that were logged, in a frame without rights: they cannot see the session, the page around them or other frames. */

import { useState } from 'react'
import { fileUrl } from '../../data/run'
import { Missing } from './Missing'
import type { FigureValue, HtmlValue } from './values'

export function FrameMedia({ value, name, height }: { value: HtmlValue | FigureValue; name: string; height: number }) {
  const [isLoaded, setLoaded] = useState(false)
  const { file } = value
  if (file.url === '') return <Missing file={file} />
  if (value.type === 'bokeh' && !file.path.endsWith('.html')) {
    return (
      <span className="im-missing">
        <a href={fileUrl(file.url)} download>
          Download the Bokeh document
        </a>
      </span>
    )
  }
  return (
    <iframe
      className="frame-media"
      title={name}
      src={fileUrl(`${file.url}?page=1`)}
      sandbox="allow-scripts"
      referrerPolicy="no-referrer"
      loading="lazy"
      aria-busy={!isLoaded}
      onLoad={() => setLoaded(true)}
      style={{ height }}
    />
  )
}
