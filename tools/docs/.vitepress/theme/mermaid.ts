import { useData } from 'vitepress';
import { defineComponent, h, onMounted, ref, useId, watch } from 'vue';

/** A diagram of a page, drawn anew where the page turns dark or light. */
export const Mermaid = defineComponent({
  props: { code: { type: String, required: true } },
  setup({ code }) {
    const { isDark } = useData();
    const id = `mermaid-${useId()}`;
    const svg = ref('');
    const draw = async (): Promise<void> => {
      const { default: mermaid } = await import('mermaid');
      mermaid.initialize({
        startOnLoad: false,
        theme: isDark.value ? 'dark' : 'neutral',
        fontFamily: 'inherit',
      });
      svg.value = (await mermaid.render(id, decodeURIComponent(code))).svg;
    };
    onMounted(draw);
    watch(isDark, draw);
    return () => h('div', { class: 'mermaid', innerHTML: svg.value });
  },
});
