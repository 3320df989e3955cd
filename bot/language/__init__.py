"""Reading text: what asks, what answers, what sells, what praises or complains."""
