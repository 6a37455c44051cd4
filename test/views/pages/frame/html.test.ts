import { expect } from 'chai';
import fc from 'fast-check';
import { html } from '../../../../src/views/pages/frame/html.ts';

describe('html', () => {
  it('contents are escaped', () => {
    expect(html`<b title="${`"'`}">${'<script>&amp;'}</b>`.text).to.equal('<b title="&quot;&#39;">&lt;script&gt;&amp;amp;</b>');
  });

  it('output of the template is not escaped, lists are concatenated, null is empty', () => {
    expect(html`<ul>${[1, 'a<b'].map((item) => html`<li>${item}</li>`)}${null}</ul>`.text).to.equal('<ul><li>1</li><li>a&lt;b</li></ul>');
  });

  it('no text opens a tag or leaves an attribute', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('<', '>', '"', "'", '&', '/', 'a', ' ', '=', '\u2028', '$', '`') }), (text) => {
        expect(html`${text}`.text).to.not.match(/[<>"']/);
        expect(html`${text}`.text.replaceAll(/&(amp|lt|gt|quot|#39);/g, '')).to.not.include('&');
      }),
    );
  });
});
