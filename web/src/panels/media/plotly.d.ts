declare module 'plotly.js-cartesian-dist-min' {
  const plotly: unknown
  export default plotly
}
declare module 'plotly.js-strict-dist-min' {
  const plotly: unknown
  export default plotly
}
