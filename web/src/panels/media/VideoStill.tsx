/** A video before it plays: the picture that was logged with it, or its first one. */

import { useQuery } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { fileUrl } from '../../data/run'
import { Icon } from '../../ui/icons'
import { IconButton } from '../../ui/Button'
import { useAgain } from './again'
import { firstPicture } from './stills'
import { thumbnail, type VideoValue } from './values'

const WIDTH_PX = 320

export function VideoStill({ video, name, onPlay }: { video: VideoValue; name: string; onPlay: () => void }) {
  return (
    <div className="vid">
      {/* The button below does the same. */}
      {/* oxlint-disable-next-line jsx-a11y/no-static-element-interactions, jsx-a11y/click-events-have-key-events */}
      <div className="vid-still" onClick={onPlay}>
        {video.poster.url ? (
          <Poster url={fileUrl(thumbnail(video.poster, WIDTH_PX))} name={name} />
        ) : (
          <FirstPicture video={video} name={name} />
        )}
        <Icon name="play" size={22} />
      </div>
      <div className="vid-bar">
        <IconButton small icon="play" label={`Play ${name}`} onClick={onPlay} />
        {video.frameCount > 0 && <span className="num t3">{video.frameCount} frames</span>}
      </div>
    </div>
  )
}

function Poster({ url, name }: { url: string; name: string }) {
  const picture = useRef<HTMLImageElement>(null)
  const [failures, setFailures] = useState(0)
  const [tries, setTries] = useState(0)
  useAgain(failures > tries ? () => setTries(failures) : null, picture)
  return (
    <img
      key={tries}
      ref={picture}
      src={url}
      alt={name}
      loading="lazy"
      decoding="async"
      onError={() => setFailures(tries + 1)}
    />
  )
}

function FirstPicture({ video, name }: { video: VideoValue; name: string }) {
  const { file } = video
  const canvas = useRef<HTMLCanvasElement>(null)
  const {
    data: picture,
    error,
    refetch,
  } = useQuery({
    queryKey: ['still', file.digest || file.url],
    queryFn: ({ signal }) => firstPicture(fileUrl(file.url), signal),
    staleTime: Number.POSITIVE_INFINITY,
    // Kept while it may be scrolled back to; about a quarter of a megabyte each.
    gcTime: 60_000,
    structuralSharing: false,
    retry: false,
  })
  useAgain(error && (() => void refetch()), canvas)
  useEffect(() => {
    const context = canvas.current?.getContext('2d')
    if (!canvas.current || !context || !picture) return
    canvas.current.width = picture.width
    canvas.current.height = picture.height
    context.drawImage(picture, 0, 0)
  }, [picture])
  return <canvas ref={canvas} role="img" aria-label={name} />
}
