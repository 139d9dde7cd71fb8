/** A method; each kind has its colour. */
export const MethodName = ({ method }: { readonly method: string }) => (
  <b class="method wire" data-method={method}>
    {method}
  </b>
)

/** A path, which breaks where its segments end. */
export const PathName = ({ path }: { readonly path: string }) => (
  <span class="wire path">
    {path.split(/(?<=.\/)/).map((segment, index) => (
      <span key={index}>
        {index > 0 && <wbr />}
        {segment}
      </span>
    ))}
  </span>
)
